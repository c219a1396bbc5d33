"""The report in a form of the user's own: a Jinja template, ``--format template=FILE`` (docs/templates.md).

The template gets plain data whose texts are safe to display, and runs in a sandbox of a separate process.
Raises: InputError if the template fails.
"""

from typing import TextIO

from careen.errors import InputError
from careen.model.report import Report
from careen.plugins import Reporter, ReportOptions

from .values import values_of

HINT = "docs/templates.md lists what a template can use"


def write(report: Report, stream: TextIO, options: ReportOptions) -> None:
    from careen.formats.data.jinja import filled

    if options.template is None:
        raise InputError("the format template needs a template", "--format template=FILE")
    name, text = options.template
    try:
        made = filled(name, text, values_of(report, options.severities))
    except ValueError as error:
        raise InputError(f"the template {name} fails: {error}", HINT) from None
    stream.write(made if made.endswith("\n") or not made else f"{made}\n")


REPORTER = Reporter(
    name="template",
    media_type="text/plain",
    write=write,
    description="in a form of your own: template=FILE names a Jinja template (docs/templates.md)",
    with_places=False,
    with_coverage=False,
    reads_template=True,
)
