"""``careen diff``: the findings that are new and those that are gone, between two images or reports, and why."""

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from .arguments import Parser, add_settings
from .assessing import RULES, add_assessment_flags, add_format_flag, settings_of, with_progress, write_json

if TYPE_CHECKING:
    from careen.behaviour.drift import Drift
    from careen.formats.scans.saved_report import Saved
    from careen.model.finding import Finding
    from careen.model.report import Verdict
    from careen.policy.compare import Difference

SCHEMA = "careen.difference/1"
SHOWN_DRIFTS = 20
CHANGES = {
    "introduced": "introduced by this change",
    "disclosed": "disclosed since",
    "fix_available": "with a fix since",
}
DEPARTURES = {
    "upgraded": "fixed by another version",
    "removed": "gone with its package or file",
    "withdrawn": "no longer published",
    "suppressed": "suppressed by a rule now",
}


def parser() -> Parser:
    made = Parser(
        prog="careen diff",
        usage="careen diff [flags] BEFORE AFTER",
        description="List the findings that are new and those that are gone, from one image or report to another, and why.",
        epilog="Exit codes: 0 compared, 1 --fail-on fails AFTER for what is new, 2 usage, 3 could not complete.",
    )
    places = "a report in JSON (careen scan IMAGE --format json), or an image as for careen scan"
    made.add_argument("before", metavar="BEFORE", help=places)
    made.add_argument("after", metavar="AFTER", help="the same, to compare with")
    add_format_flag(made)
    add_settings(made, "what to look for", ("scanners",))
    add_assessment_flags(made, ("fail_on", *RULES))
    return made


def run(arguments: argparse.Namespace) -> int:
    from careen.app.decisions import findings_diff

    settings = settings_of(arguments)
    found = with_progress(settings, lambda progress: findings_diff(arguments.before, arguments.after, settings, progress))
    if arguments.form == "json":
        write_json(_document(found.before, found.after, found.difference, found.verdict, found.drifts))
    else:
        lines = _lines(found.before, found.after, found.difference, found.verdict, found.drifts)
        sys.stdout.writelines(line.rstrip() + "\n" for line in lines)
    return found.verdict.exit_code


def _document(
    before: "Saved", after: "Saved", found: "Difference", verdict: "Verdict", drifts: "Sequence[Drift]" = ()
) -> dict[str, object]:
    import msgspec

    drifted = [{"severity": drift.severity, **msgspec.to_builtins(drift)} for drift in drifts]

    return {
        "schema": SCHEMA,
        "before": {"name": before.name, "created": before.created, "findings": len(before.findings)},
        "after": {"name": after.name, "created": after.created, "findings": len(after.findings)},
        **msgspec.to_builtins(found),
        **({"drifts": drifted} if drifted else {}),
        "verdict": msgspec.to_builtins(verdict),
    }


def _lines(
    before: "Saved", after: "Saved", found: "Difference", verdict: "Verdict", drifts: "Sequence[Drift]" = ()
) -> Iterator[str]:
    from careen.output.escape import visible
    from careen.output.outcome import failed_line, rule_line
    from careen.output.summary import ordered

    yield f"{visible(before.name)} ({before.created[:10]}) -> {visible(after.name)} ({after.created[:10]})"
    yield f"  {len(before.findings)} findings -> {len(after.findings)}: {len(found.new)} new, {len(found.gone)} gone"
    for change, words in CHANGES.items():
        yield from _group(f"New, {words}", ordered(finding for finding in found.new if finding.change == change))
    for why, words in DEPARTURES.items():
        yield from _group(f"Gone, {words}", ordered(gone.finding for gone in found.gone if gone.why == why))
    if found.packages:
        counts = Counter(
            "added" if package.before is None else "removed" if package.after is None else "changed"
            for package in found.packages
        )
        yield ""
        yield f"Packages: {', '.join(f'{counts[word]} {word}' for word in ('changed', 'added', 'removed') if counts[word])}"
        for package in found.packages:
            before_after = f"{visible(package.before or '-')} -> {visible(package.after or '-')}"
            yield f"  {visible(package.type)} {visible(package.name)}  {before_after}"
    if drifts:
        yield from _drifted(drifts)
    if verdict.rules:
        yield ""
        yield from (rule_line(rule, verdict) for rule in verdict.rules)
    if not verdict.passed:
        yield failed_line(verdict)


def _drifted(drifts: "Sequence[Drift]") -> Iterator[str]:
    from .behaviour import drift_lines

    yield ""
    yield f"What programs and scripts can do now ({len(drifts)})"
    for drift in drifts[:SHOWN_DRIFTS]:
        yield from (f"  {line}" for line in drift_lines(drift))
    if len(drifts) > SHOWN_DRIFTS:
        yield f"  and {len(drifts) - SHOWN_DRIFTS:,} more (--format json lists them)"


def _group(title: str, findings: "Iterable[Finding]") -> Iterator[str]:
    from careen.model.finding import Vulnerability
    from careen.output.escape import visible

    listed = list(findings)
    if not listed:
        return
    yield ""
    yield f"{title} ({len(listed)})"
    for finding in listed:
        if isinstance(finding, Vulnerability):
            fix = ", ".join(map(visible, finding.fix.versions)) or finding.fix.state
            where = f"{visible(finding.package_name)} {visible(finding.package_version)}  {fix}"
        else:
            line = f":{finding.location.line}" if finding.location.line else ""
            where = f"{visible(finding.location.path)}{line}  {visible(finding.title)}"
        yield f"  {finding.severity:<10}  {visible(finding.id):<19}  {where}"
