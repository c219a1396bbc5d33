"""The vulnerabilities of a report as VEX statements, each about one package of the image.

A statement of a VEX document that suppresses a finding is repeated with its status. Any other rule only hides a finding:
the package stays affected. A finding that is only *possible* is under investigation. An alias of several vulnerabilities,
such as an erratum that fixes them all, is left out: a statement with it would apply to each of them.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator

from msgspec.structs import replace

from careen.formats.images.reference import image_purl
from careen.model.finding import Suppressed, Vulnerability
from careen.model.report import Report
from careen.output.solution import solution
from careen.output.summary import settled, vulnerabilities

from .statements import Product, Statement, VexStatus


def reported(report: Report, severities: Collection[str] | None) -> Iterator[tuple[Vulnerability, VexStatus, str]]:
    """(finding, status, why) for each vulnerability. For an affected package, ``why`` is what to do; else it is the
    justification or the reason."""
    shared = shared_aliases(report)
    for finding in vulnerabilities(report.findings):
        if not severities or finding.severity in severities:
            yield _without(finding, shared), *_of_open(finding)
    for entry in settled(report.suppressed):
        if isinstance(entry.finding, Vulnerability):
            yield _without(entry.finding, shared), *_of_suppressed(entry, entry.finding)


def statements(report: Report, severities: Collection[str] | None) -> tuple[Statement, ...]:
    """The report's statements. The product is the image by its digest, with the package as its component; without a
    digest, the package itself."""
    image = image_purl(report.image)
    made = [
        Statement(
            tuple(dict.fromkeys(filter(None, (finding.id, *finding.aliases)))),
            status,
            (Product((image,), ((finding.package,),)) if image else Product((finding.package,)),),
            "",
            why,
        )
        for finding, status, why in reported(report, severities)
    ]
    return tuple(dict.fromkeys(made))


def shared_aliases(report: Report) -> frozenset[str]:
    """The ids and aliases that several vulnerabilities of a report share, in upper case, since readers of statements
    ignore case."""
    ids_by_name: dict[str, set[str]] = defaultdict(set)
    found = [*report.findings, *(entry.finding for entry in report.suppressed)]
    for finding in found:
        if isinstance(finding, Vulnerability):
            for name in (finding.id, *finding.aliases):
                ids_by_name[name.upper()].add(finding.id.upper())
    return frozenset(name for name, ids in ids_by_name.items() if len(ids) > 1)


def _without(finding: Vulnerability, shared: Collection[str]) -> Vulnerability:
    return replace(finding, aliases=tuple(alias for alias in finding.aliases if alias.upper() not in shared))


def _of_open(finding: Vulnerability) -> tuple[VexStatus, str]:
    note = finding.vex
    if note and note.status == "under_investigation":
        return "under_investigation", note.detail or finding.reason
    if finding.confidence == "possible" and not note:
        return "under_investigation", finding.reason
    return "affected", (note.detail if note else "") or solution(finding)


def _of_suppressed(entry: Suppressed, finding: Vulnerability) -> tuple[VexStatus, str]:
    by = entry.by
    if by.kind == "vex":
        return ("fixed" if by.status == "fixed" else "not_affected"), by.reason
    return _of_open(finding)
