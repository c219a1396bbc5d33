"""The report as one HTML file that opens without a network: what to do first, charts, layers, packages, findings, coverage.

Without JavaScript everything but the details of a finding can be read; the script adds search, filters, sorting, details and
links to single findings. Text of the image is displayed, never markup (``output/pages``).
"""

from typing import TextIO

from careen import __version__
from careen.model.report import Report
from careen.output.embedding import shown
from careen.plugins import Reporter, ReportOptions

from .attack_graph import graph_of
from .charts import charts_of
from .details import details_of
from .view import view_of


def write(report: Report, stream: TextIO, options: ReportOptions) -> None:
    from careen.output.pages import page

    view = view_of(report, options.severities)
    values = {"view": view, "charts": charts_of(report, options.severities), "version": __version__}
    values |= {"exposure": report.exposure, "drawing": graph_of(report.exposure) if report.exposure else None}
    details = details_of(report, options.severities)
    kinds = [kind for kind, _, _ in view.kinds]
    own = {"reference": shown(report.image.reference), "kinds": shown(kinds), "rows": view.facets, "steps": view.step_rows}
    stream.writelines(page("report.html", values, own | details))
    stream.write("\n")


REPORTER = Reporter(
    name="html",
    media_type="text/html",
    write=write,
    description="one page for a browser: what to do first, charts, findings with search and filters, coverage",
)
