"""The verdict on findings: which are set aside and why, which rules passed, and the exit code.

Ignore rules, VEX statements and ``--ignore-unfixed`` are applied here, once, before any output or gate; what they set
aside stays visible. Exit codes: 0 every rule passed; 1 a gate failed; 3 the scan could not complete: a layer could not
be read whole, or a file that was named by itself not at all, or with ``strict`` anything was unknown or not assessed.
3 wins over 1, since an incomplete answer says nothing of what it has not seen; the rules still say that the gate failed
too.

A gate looks at findings of confidence ``confirmed`` or ``likely`` in packages that are there (a lock file alone
declares a package, it installs none), and says how many others it passes over; with a baseline at new ones alone, and
with days of grace at those whose fix, or where there is none whose disclosure, is that old. ``severities`` chooses what
is listed and counted, and does not blunt the gate.
"""

import logging
from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from careen.formats.vex import Statement
from careen.model.advisory import Severity
from careen.model.finding import Finding, Suppressed, SuppressedBy, Vulnerability
from careen.model.inventory import Inventory, Unknown
from careen.model.report import Coverage, Reason, Rule, Verdict

from .about import About
from .gates import Gate
from .ignores import Ignore
from .vex import Statements, note, set_aside

if TYPE_CHECKING:
    from .compare import Baseline

log = logging.getLogger(__name__)


class Policy(Struct, frozen=True):
    fail_on: tuple[Gate, ...] = ()
    ignore_unfixed: bool = False
    severities: frozenset[Severity] | None = None
    unknown_as: Severity | None = None
    ignores: tuple[Ignore, ...] = ()
    strict: bool = False
    vex: tuple[Statement, ...] = ()
    image_vex: bool = False  # also what VEX documents inside the image state
    baseline: "Baseline | None" = None
    grace_days: int = 0
    exclude_base: bool = False  # gates leave out what came with the base image
    base_layers: int = 0  # of the image at hand
    severity_from: tuple[str, ...] = ()  # whose word on the severity counts first


class Assessed(Struct, frozen=True):
    findings: tuple[Finding, ...]
    suppressed: tuple[Suppressed, ...]
    coverage: Coverage  # with ``unscored``, where a gate met findings without severity
    verdict: Verdict
    expired: tuple[Ignore, ...] = ()  # rules that would have applied before their end


class _Gated(Struct):
    """What a gate looks at, and how many it was told to leave out."""

    findings: list[Finding]
    new: Counter[str]
    declared: list[Finding]  # in packages that nothing installed
    possible: list[Finding]
    in_grace: int = 0
    in_base: int = 0


def assess(
    findings: Sequence[Finding],
    coverage: Coverage,
    unknowns: Sequence[Unknown],
    policy: Policy,
    today: date,
    declared: frozenset[str] = frozenset(),
    about: About | None = None,
) -> Assessed:
    """``declared``: purls of packages that nothing installed (``declared_only``). VEX needs ``about``."""
    listed: list[Finding] = []
    suppressed: list[Suppressed] = []
    gated = _Gated([], Counter(), [], [])
    expired: dict[Ignore, None] = {}
    statements = Statements(policy.vex)
    for found in findings:
        finding = found
        by = _ignored(finding, policy, today, expired)
        if by is None and about is not None and isinstance(finding, Vulnerability):
            statement = statements.about(finding, about)
            if statement is not None:
                by = set_aside(statement)
                finding = finding if by else replace(finding, vex=note(statement))
        by = by or _unfixed(finding, policy)
        if by is None:
            if policy.baseline is not None:
                finding = replace(finding, change=policy.baseline.change(finding))
            _gate(finding, gated, policy, today, declared)
            by = _unlisted(finding, policy)
        if by is None:
            listed.append(finding)
        else:
            suppressed.append(Suppressed(finding, by))
    for rule in expired:
        log.warning("%s: the rule for %s ended on %s and no longer applies", rule.source, rule.id, rule.until)
    coverage = _with_unscored(coverage, gated.findings, policy)
    return Assessed(tuple(listed), tuple(suppressed), coverage, _verdict(gated, coverage, unknowns, policy), tuple(expired))


def declared_only(inventory: Inventory) -> frozenset[str]:
    """Purls of packages that a lock file or manifest names and that are nowhere installed."""
    declared = {package.purl for package in inventory.packages if package.presence == "declared"}
    if not declared:
        return frozenset()
    return frozenset(declared.difference(package.purl for package in inventory.packages if package.presence != "declared"))


def severity_for(finding: Finding, policy: Policy) -> Severity:
    return policy.unknown_as or "unknown" if finding.severity == "unknown" else finding.severity


def _ignored(finding: Finding, policy: Policy, today: date, expired: dict[Ignore, None]) -> SuppressedBy | None:
    for rule in policy.ignores:
        if rule.applies(finding):
            if rule.expired(today):
                expired[rule] = None
                continue
            return rule.by()
    return None


def _unfixed(finding: Finding, policy: Policy) -> SuppressedBy | None:
    if not policy.ignore_unfixed or not isinstance(finding, Vulnerability) or finding.fix.state == "fixed":
        return None
    return SuppressedBy("fix_state", "--ignore-unfixed", f"no fixed version ({finding.fix.state})")


def _unlisted(finding: Finding, policy: Policy) -> SuppressedBy | None:
    if policy.severities is None or severity_for(finding, policy) in policy.severities:
        return None
    return SuppressedBy("severity", "--severity", f"{finding.severity} is not asked for")


def _gate(finding: Finding, gated: _Gated, policy: Policy, today: date, declared: frozenset[str]) -> None:
    change = finding.change if policy.baseline is not None else ""
    if change is None:
        return
    if isinstance(finding, Vulnerability) and finding.package in declared:
        gated.declared.append(finding)
        return
    if isinstance(finding, Vulnerability) and finding.confidence == "possible":
        gated.possible.append(finding)
        return
    if change:
        gated.new[change] += 1
    if policy.exclude_base and _came_with_base(finding, policy):
        gated.in_base += 1
        return
    if in_grace(finding, policy.grace_days, today):
        gated.in_grace += 1
        return
    gated.findings.append(finding)


def _came_with_base(finding: Finding, policy: Policy) -> bool:
    layer = getattr(finding, "layer", None)
    return layer is not None and layer < policy.base_layers


def in_grace(finding: Finding, days: int, today: date) -> bool:
    """Is the fix, or where there is none the disclosure, younger than so many days? What is exploited has no grace."""
    if not days or not isinstance(finding, Vulnerability) or finding.kev:
        return False
    since = finding.fix_published or finding.published
    try:
        return since is not None and (today - date.fromisoformat(since[:10])).days < days
    except ValueError:
        return False


def _with_unscored(coverage: Coverage, gated: Sequence[Finding], policy: Policy) -> Coverage:
    """A gate of severity lets pass what it would catch, had anybody scored it."""
    by_severity = [replace(gate, severity=None) for gate in policy.fail_on if gate.severity not in (None, "unknown")]
    unscored = [
        finding
        for finding in gated
        if severity_for(finding, policy) == "unknown"
        and isinstance(finding, Vulnerability)
        and any(gate.catches(finding, "unknown") for gate in by_severity)
        and not any(gate.catches(finding, "unknown") for gate in policy.fail_on)
    ]
    if not unscored:
        return coverage
    number = "1 vulnerability has" if len(unscored) == 1 else f"{len(unscored)} vulnerabilities have"
    detail = f"{number} no severity and passed the gate unjudged (--unknown-as SEVERITY decides)"
    packages = len({finding.package for finding in unscored})
    verdict = "partially_assessed" if coverage.verdict == "assessed" else coverage.verdict
    reasons = (*coverage.reasons, Reason("unscored", detail, packages))
    return Coverage(verdict, reasons, coverage.files, coverage.unowned_executables)


def _verdict(gated: _Gated, coverage: Coverage, unknowns: Sequence[Unknown], policy: Policy) -> Verdict:
    rules: list[Rule] = []
    code = 0
    narrowed = _narrowed(gated, policy)
    for gate in policy.fail_on:
        failed = any(gate.catches(finding, severity_for(finding, policy)) for finding in gated.findings)
        said = narrowed if failed else [*narrowed, *_passed_over(gate, gated, policy)]
        rules.append(Rule(f"fail-on {gate.text}" + (f" ({'; '.join(said)})" if said else ""), not failed))
        code = 1 if failed else code
    lost = any(unknown.whole_layer for unknown in unknowns)
    if lost:
        of_layers = any(unknown.whole_layer and unknown.cataloger == "layer" for unknown in unknowns)
        rules.append(Rule("every layer read whole" if of_layers else "every file that was named read", passed=False))
    if policy.strict:
        lost_something = bool(unknowns) or coverage.verdict != "assessed"
        rules.append(Rule("strict: nothing unknown, everything assessed", not lost_something))
        lost = lost or lost_something
    code = 3 if lost else code
    return Verdict(code == 0, code, tuple(rules))


def _narrowed(gated: _Gated, policy: Policy) -> list[str]:
    """What the gates did not look at, as it stands behind their names."""
    parts = []
    if policy.baseline is not None:
        words = {"introduced": "introduced", "disclosed": "newly disclosed", "fix_available": "with a new fix"}
        counts = ", ".join(f"{gated.new[change]} {word}" for change, word in words.items() if gated.new[change])
        parts.append(f"new since {policy.baseline.name}: {counts or 'nothing'}")
    if policy.grace_days:
        parts.append(f"{gated.in_grace} within {policy.grace_days} days of grace")
    if policy.exclude_base:
        known = f"{gated.in_base} in the base image" if policy.base_layers else "no base image is known, so none in it"
        parts.append(known)
    return parts


def _passed_over(gate: Gate, gated: _Gated, policy: Policy) -> list[str]:
    """What the gate would catch, were it installed and sure: that it passed has to be seen beside a list that names it."""
    counts = [
        f"{count} {what}"
        for findings, what in ((gated.declared, "declared only"), (gated.possible, "possible"))
        if (count := sum(gate.catches(finding, severity_for(finding, policy)) for finding in findings))
    ]
    return [f"not counted: {', '.join(counts)}"] if counts else []
