"""The licences and copyright lines of all packages as an attribution file in plain text.

Packages with the same licence are together; the texts of licences of the SPDX list follow, each once.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import TextIO

from careen.components.content import Component, content_of
from careen.model.report import Report
from careen.output.escape import visible
from careen.plugins import Reporter, ReportOptions

RULE = "=" * 80
UNKNOWN = "licence not known"


def write(report: Report, stream: TextIO, options: ReportOptions) -> None:
    components = content_of(report).components
    stream.write(f"Third-party software in {visible(report.image.reference, 500)}\n\n")
    by_licence: dict[str, list[Component]] = defaultdict(list)
    for component in components:
        by_licence[component.licence.concluded].append(component)
    for licence in sorted(by_licence, key=lambda licence: (not licence, licence.lower())):
        stream.write(f"{RULE}\n{licence or UNKNOWN}\n{RULE}\n\n")
        for component in by_licence[licence]:
            stream.writelines(f"{line}\n" for line in _lines(component))
            stream.write("\n")
    stream.writelines(f"{line}\n" for line in _texts(by_licence))


def _lines(component: Component) -> Iterator[str]:
    package = component.package
    yield f"{visible(package.name, 300)} {visible(package.version, 100)}".rstrip()
    yield from (f"    {visible(line, 300)}" for line in component.holders)


def _texts(licences: dict[str, list[Component]]) -> Iterator[str]:
    from careen.licences.expressions import ids_in
    from careen.licences.library import entries_by_id

    known = entries_by_id()
    ids = {id for licence in licences for id in (*ids_in(licence), *licence.replace("(", " ").replace(")", " ").split())}
    for id in sorted(ids):
        if id in known:
            yield from (RULE, f"{id}: {known[id].name}", RULE, "", known[id].text.strip(), "")


REPORTER = Reporter(
    name="notice",
    media_type="text/plain",
    write=write,
    description="licences and copyright lines of all packages, to be shipped with an image",
    with_places=False,
    with_coverage=False,
    with_details=True,
)
