"""The verdict in words, the same in every format: why each rule failed, and how much a passed gate covers.

No sentence claims that an image has no vulnerability, only that none is known, in how many packages, according to
data of which day.
"""

from collections.abc import Iterator

from careen.model.advisory import SEVERITIES
from careen.model.finding import Vulnerability
from careen.model.report import Coverage, Report, Rule, Verdict

from .escape import visible
from .lines import plural
from .summary import of_kind

SHOWN = 3  # names that a failed rule shows
_KINDS = {"misconfiguration": ("misconfiguration", "misconfigurations"), "integrity": ("modified file", "modified files"),
          "licence": ("licence", "licences"), "behaviour": ("sign of risk", "signs of risk")}  # fmt: skip
WHY_NOT_COUNTED = {
    "declared": "declared only",
    "in_base": "in the base image",
    "in_grace": "within the days of grace",
    "not_new": "in the baseline already",
}


def rule_line(rule: Rule, verdict: Verdict) -> str:
    """The result of a rule: "fail-on high: passed (not counted: 3 possible)". If the scan could not complete, no rule
    has passed."""
    if rule.passed:
        state = "not met by what is known" if verdict.exit_code == 3 else "passed"
        return f"{visible(rule.rule)}: {state}{not_counted(rule)}"
    if rule.why:
        return f"failed: {visible(rule.why)}{_by(rule)}"
    return f"{visible(rule.rule)}: failed{_by(rule)}{not_counted(rule)}"


def not_counted(rule: Rule) -> str:
    parts = [f"{count:,} {_why(why, count)}" for why, count in rule.not_counted.items()]
    return f" (not counted: {', '.join(parts)})" if parts else ""


def exit_line(report: Report) -> str:
    """The meaning of the exit code, and the rules behind it."""
    verdict = report.verdict
    if verdict.passed:
        return f"PASSED: {reach(report)}" if verdict.rules else reach(report)
    return failed_line(verdict)


def failed_line(verdict: Verdict) -> str:
    return f"{failed_word(verdict.exit_code)}: {why_failed(verdict)}"


def failed_word(exit_code: int) -> str:
    return f"{'INCOMPLETE' if exit_code == 3 else 'FAILED'} (exit code {exit_code})"


def why_failed(verdict: Verdict) -> str:
    failed = [f"{visible(rule.why or rule.rule)}{_by(rule)}" for rule in verdict.rules if not rule.passed]
    return "; ".join(failed) or "nothing was assessed"


def reach(report: Report) -> str:
    """A sentence such as "No known vulnerability of high or worse in 231 of 231 packages; data of 2026-11-26; 4
    programs unidentified."."""
    return "; ".join(_reach(report)) + "."


def _reach(report: Report) -> Iterator[str]:
    coverage = report.coverage
    if coverage.packages and not coverage.assessed_packages:
        yield f"None of {plural(coverage.packages, 'package')} was assessed"
    elif coverage.packages:
        packages = f"{coverage.assessed_packages:,} of {plural(coverage.packages, 'package')}"
        yield _found(report, packages)
    else:
        yield "No package was assessed"
    yield from _hidden(report)
    if unrated := sum(finding.severity == "unknown" for finding in of_kind(report.findings, Vulnerability)):
        yield f"{unrated:,} unrated"
    if coverage.data_of:
        yield f"data of {visible(coverage.data_of)}"
    yield from _left_out(coverage)


def _found(report: Report, packages: str) -> str:
    """The findings by the worst known severity: "No known vulnerability of high or worse in 5 of 5 packages" if that
    is medium."""
    left = " left" if any(_hidden(report)) else ""
    found = of_kind(report.findings, Vulnerability)
    rated = [SEVERITIES.index(finding.severity) for finding in found if finding.severity != "unknown"]
    worst = min(rated, default=len(SEVERITIES))
    if worst == 0:
        return f"{plural(len(found), 'known vulnerability')}; {packages} assessed"
    if worst == 1:
        return f"No known {SEVERITIES[0]} vulnerability{left} in {packages}"
    if rated:
        return f"No known vulnerability of {SEVERITIES[worst - 1]} or worse{left} in {packages}"
    return f"No {'rated' if found else 'known'} vulnerability{left} in {packages}"


def _hidden(report: Report) -> Iterator[str]:
    """Known vulnerabilities that a rule, VEX, or the listed severities keep out of the findings."""
    kinds = [entry.by.kind for entry in report.suppressed if isinstance(entry.finding, Vulnerability)]
    unlisted = kinds.count("severity")
    if len(kinds) > unlisted:
        yield f"{len(kinds) - unlisted:,} suppressed"
    if unlisted:
        yield f"{unlisted:,} not listed"


def _left_out(coverage: Coverage) -> Iterator[str]:
    files = sum(len(reason.subjects) for reason in coverage.reasons if reason.code == "unidentified_files")
    if files:
        yield f"{plural(files, 'program')} unidentified"
    if coverage.accepted:
        yield f"{plural(sum(len(reason.subjects) or 1 for reason in coverage.accepted), 'gap')} accepted"


def _by(rule: Rule) -> str:
    if rule.failed_by is None:
        return ""
    first = rule.failed_by.first[:SHOWN]
    more = rule.failed_by.count - len(first)
    names = ", ".join(visible(name, 100) for name in first)
    return f" ({names}" + (f" and {more:,} more)" if more > 0 else ")")


def _why(why: str, count: int) -> str:
    if why in _KINDS:
        return _KINDS[why][count != 1]
    return WHY_NOT_COUNTED.get(why, why)
