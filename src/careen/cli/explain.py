"""``careen explain``: why a vulnerability is found in a package, or why it is not; without an image, the data about it."""

import argparse
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from careen.errors import UsageError

from .arguments import Parser
from .assessing import REFERENCE, add_assessment_flags, add_format_flag, settings_of, with_progress, write_json

if TYPE_CHECKING:
    from careen.matching.explain import Explanation, PackageExplanation
    from careen.matching.statements import Statement
    from careen.model.advisory import VulnerabilityRecord
    from careen.model.finding import Vulnerability, Weakness
    from careen.model.report import Report

SCHEMA = "careen.explanation/1"
OUTCOMES = {"found": "found", "set_aside": "set aside", "not_found": "not found", "not_judged": "not assessed"}
# The id of a vulnerability: CVE-2021-44228, GHSA-jfh8-c2jp-5v3q, RHSA-2021:3623.
_ID = r"[A-Za-z]{2,12}-(\d{4}[-:]\d+|\w{4}-\w{4}-\w{4})"


def parser() -> Parser:
    made = Parser(
        prog="careen explain",
        usage="careen explain [flags] ID [[PACKAGE] REFERENCE]",
        description="Explain why a vulnerability is, or is not, found: every source that was asked, what it states about "
        "the version, and the result. Without REFERENCE: what is known about a vulnerability, or what a check looks for.",
        epilog="Exit codes: 0 explained, whatever the outcome; 2 usage; 3 could not complete.",
    )
    made.add_argument(
        "id",
        metavar="ID",
        help="any id of the vulnerability: CVE-…, GHSA-…, DSA-…; or of a check: DKR-021; or the code of a "
        "reason for what was not assessed: stale_source",
    )
    made.add_argument(
        "package",
        metavar="PACKAGE",
        nargs="?",
        help="name, source package or purl (default: every package that a source names)",
    )
    made.add_argument("reference", metavar="REFERENCE", nargs="?", help=REFERENCE)
    add_format_flag(made)
    add_assessment_flags(made)
    return made


def run(arguments: argparse.Namespace) -> int:
    if arguments.reference is None and arguments.package is not None:  # argparse fills them from the left
        arguments.package, arguments.reference = None, arguments.package
    if arguments.reference is None:
        from .about import run as run_about

        return run_about(arguments)
    from careen.app.checking import check, is_checked
    from careen.app.session import Session

    if re.fullmatch(_ID, arguments.reference) and not re.fullmatch(_ID, arguments.id):
        raise UsageError(
            f"{arguments.reference} is an id, but it is in the place of the image",
            f"careen explain {arguments.reference} {arguments.id}",
        )
    settings = settings_of(arguments)
    reference = arguments.reference
    if is_checked(reference):  # of a Dockerfile, the packages that its build will install
        checked = with_progress(settings, lambda progress: check([reference], settings, progress))
        reference = (checked.image, checked.inventory)
    with Session(settings, alone=True) as session:
        report, explanation = with_progress(
            settings, lambda progress: session.explain(reference, arguments.id, arguments.package, progress)
        )
    if arguments.form == "json":
        write_json(document(report, explanation))
    else:
        from .output import write_lines

        write_lines(_lines(report, explanation))
    return 0


def document(report: "Report", explanation: "Explanation") -> dict[str, object]:
    import msgspec

    built: dict[str, object] = msgspec.to_builtins(explanation)
    return {"schema": SCHEMA, "reference": report.image.reference, "digest": report.image.digest or None, **built}


def _lines(report: "Report", explanation: "Explanation") -> Iterator[str]:
    from careen.output.escape import visible

    names = [visible(name) for name in explanation.ids if name != explanation.id]
    yield f"{visible(explanation.id)} in {visible(report.image.reference)}"
    if names:
        yield f"  also known as {', '.join(names[:8])}{' …' if len(names) > 8 else ''}"
    yield from record_lines(explanation.records)
    yield from weakness_lines(explanation.weaknesses)
    if explanation.are_namesakes or not explanation.of_packages:
        yield ""
        yield _none(explanation)
    for package in explanation.of_packages:
        yield ""
        yield from _package(package)
    if explanation.notes:
        yield ""
        yield "Not everything in this image was assessed:"
        yield from (f"  {visible(note)}" for note in explanation.notes)


def record_lines(records: "Sequence[VulnerabilityRecord]") -> Iterator[str]:
    """The rating of each source, and the first summary."""
    from careen.output.escape import visible

    for record in records:
        scores = ", ".join(f"CVSS {score.version} {score.score} ({visible(score.source)})" for score in record.cvss)
        rated = ", ".join(filter(None, (record.severity if record.severity != "unknown" else "", scores)))
        since = f", published {record.published}" if record.published else ""
        if record.source == "exploitdb":
            rated, since = "an exploit is public", f" since {record.published}"
        yield f"  {visible(record.source)} {visible(record.id)}: {rated or 'not scored'}{since}"
    if summary := next((record.summary for record in records if record.summary), ""):
        yield f"  {visible(summary, 300)}"


def weakness_lines(weaknesses: "Sequence[Weakness]") -> Iterator[str]:
    from careen.output.escape import visible

    for weakness in weaknesses[:5]:
        yield f"  {visible(weakness.id)}{': ' + visible(weakness.name, 200) if weakness.name else ''}"


def _none(explanation: "Explanation") -> str:
    from careen.output.escape import visible

    if explanation.package:
        return f"No package of this image is called {visible(explanation.package)} ({explanation.packages} packages)."
    more = "" if explanation.records else " This id is not in the database."
    if explanation.is_of_package:
        more = (
            f" It is the name of a package: careen explain ID {visible(explanation.id)} IMAGE explains a vulnerability of it."
        )
    if explanation.of_packages:
        more = " Advisories of other releases or ecosystems name packages with the name of these:"
    return f"No source names it for any of the {explanation.packages} packages of this image.{more}"


def _package(package: "PackageExplanation") -> Iterator[str]:
    from careen.output.escape import visible

    outcome = OUTCOMES[package.outcome].upper()
    yield f"{visible(f'{package.name} {package.version}'.strip())}: {outcome}: {visible(package.why)}"
    yield f"  {visible(package.purl)}"
    if package.paths:
        more = f" and {len(package.paths) - 1} more" if len(package.paths) > 1 else ""
        layer = f", layer {package.finding.layer}" if package.finding and package.finding.layer is not None else ""
        yield f"  in {visible(package.paths[0])}{more}{layer}"
    if package.assessed_as:
        yield f"  assessed as {visible(package.assessed_as)}"
    for statement in package.statements:
        yield from _statement(statement)
    for asked in package.sources:
        if not asked.names_it:
            as_of = f", data of {asked.as_of}" if asked.as_of else ""
            yield (
                f"  {visible(asked.source)} ({visible(asked.namespace)}) does not name it for this package "
                f"({asked.records:,} records of {asked.packages:,} packages{as_of})"
            )
    if package.finding and package.outcome == "found":
        yield from _finding(package.finding)


def _finding(finding: "Vulnerability") -> Iterator[str]:
    from careen.output.escape import visible

    fix = ", ".join(map(visible, finding.fix.versions)) or finding.fix.state
    source = f" ({visible(finding.severity_source)})" if finding.severity_source else ""
    yield f"  reported as {finding.severity}{source}, {finding.confidence}, risk {finding.risk}, fix: {fix}"
    if finding.vex:
        yield f"  VEX ({visible(finding.vex.source)}): {finding.vex.status} {visible(finding.vex.detail)}"


def _statement(statement: "Statement") -> Iterator[str]:
    from careen.output.escape import visible

    about = f"{visible(statement.package)} of {visible(statement.namespace)}"
    rated = f", {statement.severity}" if statement.severity != "unknown" else ""
    yield f"  {visible(statement.source)} {visible(statement.id)} about {about}: {statement.status}{rated}"
    for text in statement.comparisons[:12]:
        yield f"    {visible(text)}"
    if len(statement.comparisons) > 12:
        yield f"    … and {len(statement.comparisons) - 12} more"
    if statement.why:
        yield f"    {visible(statement.why)}"
