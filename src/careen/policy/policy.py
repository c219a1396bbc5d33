"""The verdict on findings: which are set aside and why, which rules passed, and the exit code.

Exit codes: 0 every rule passed; 1 a gate failed; 3 the scan could not complete: a layer could not be read whole, or
with ``strict`` anything was unknown or not assessed. 3 wins over 1, since an incomplete answer says nothing of what it
has not seen; the rules still say that the gate failed too.

A gate looks at findings of confidence ``confirmed`` or ``likely`` in packages that are there (a lock file alone
declares a package, it installs none). ``severities`` chooses what is listed and counted, and does not blunt the gate.
"""

import logging
from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from careen.model.advisory import SEVERITIES, Severity
from careen.model.finding import Suppressed, SuppressedBy, Vulnerability
from careen.model.inventory import Inventory, Unknown
from careen.model.report import Coverage, Reason, Rule, Verdict

from .ignores import Ignore

log = logging.getLogger(__name__)


class Policy(Struct, frozen=True):
    fail_on: Severity | None = None
    ignore_unfixed: bool = False
    severities: frozenset[Severity] | None = None
    unknown_as: Severity | None = None
    ignores: tuple[Ignore, ...] = ()
    strict: bool = False


class Assessed(Struct, frozen=True):
    findings: tuple[Vulnerability, ...]
    suppressed: tuple[Suppressed, ...]
    coverage: Coverage  # with ``unscored``, where a gate met findings without severity
    verdict: Verdict
    expired: tuple[Ignore, ...] = ()  # rules that would have applied before their end


def assess(
    findings: Sequence[Vulnerability],
    coverage: Coverage,
    unknowns: Sequence[Unknown],
    policy: Policy,
    today: date,
    declared: frozenset[str] = frozenset(),
) -> Assessed:
    """``declared``: purls of packages that nothing installed (``declared_only``)."""
    listed: list[Vulnerability] = []
    suppressed: list[Suppressed] = []
    gated: list[Vulnerability] = []
    expired: dict[Ignore, None] = {}
    for finding in findings:
        by = _ignored(finding, policy, today, expired) or _unfixed(finding, policy)
        if by is None:
            if finding.confidence != "possible" and finding.package not in declared:
                gated.append(finding)
            by = _unlisted(finding, policy)
        if by is None:
            listed.append(finding)
        else:
            suppressed.append(Suppressed(finding, by))
    for rule in expired:
        log.warning("%s: the rule for %s ended on %s and no longer applies", rule.source, rule.id, rule.until)
    coverage = _with_unscored(coverage, gated, policy)
    return Assessed(tuple(listed), tuple(suppressed), coverage, _verdict(gated, coverage, unknowns, policy), tuple(expired))


def declared_only(inventory: Inventory) -> frozenset[str]:
    """Purls of packages that a lock file or manifest names and that are nowhere installed."""
    declared = {package.purl for package in inventory.packages if package.presence == "declared"}
    if not declared:
        return frozenset()
    return frozenset(declared.difference(package.purl for package in inventory.packages if package.presence != "declared"))


def severity_for(finding: Vulnerability, policy: Policy) -> Severity:
    return policy.unknown_as or "unknown" if finding.severity == "unknown" else finding.severity


def _ignored(finding: Vulnerability, policy: Policy, today: date, expired: dict[Ignore, None]) -> SuppressedBy | None:
    for rule in policy.ignores:
        if rule.applies(finding):
            if rule.expired(today):
                expired[rule] = None
                continue
            return SuppressedBy("ignore", rule.source, rule.reason, rule.until.isoformat() if rule.until else None)
    return None


def _unfixed(finding: Vulnerability, policy: Policy) -> SuppressedBy | None:
    if not policy.ignore_unfixed or finding.fix.state == "fixed":
        return None
    return SuppressedBy("fix_state", "--ignore-unfixed", f"no fixed version ({finding.fix.state})")


def _unlisted(finding: Vulnerability, policy: Policy) -> SuppressedBy | None:
    if policy.severities is None or severity_for(finding, policy) in policy.severities:
        return None
    return SuppressedBy("severity", "--severity", f"{finding.severity} is not asked for")


def _with_unscored(coverage: Coverage, gated: Sequence[Vulnerability], policy: Policy) -> Coverage:
    unscored = [finding for finding in gated if severity_for(finding, policy) == "unknown"]
    if policy.fail_on in (None, "unknown") or not unscored:
        return coverage
    number = "1 vulnerability has" if len(unscored) == 1 else f"{len(unscored)} vulnerabilities have"
    detail = f"{number} no severity and passed the gate unjudged (--unknown-as SEVERITY decides)"
    packages = len({finding.package for finding in unscored})
    verdict = "partially_assessed" if coverage.verdict == "assessed" else coverage.verdict
    reasons = (*coverage.reasons, Reason("unscored", detail, packages))
    return Coverage(verdict, reasons, coverage.files, coverage.unowned_executables)


def _verdict(gated: Sequence[Vulnerability], coverage: Coverage, unknowns: Sequence[Unknown], policy: Policy) -> Verdict:
    rules: list[Rule] = []
    code = 0
    if policy.fail_on is not None:
        worst = SEVERITIES.index(policy.fail_on)
        failed = any(SEVERITIES.index(severity_for(finding, policy)) <= worst for finding in gated)
        rules.append(Rule(f"fail-on {policy.fail_on}", not failed))
        code = 1 if failed else 0
    lost = any(unknown.whole_layer for unknown in unknowns)
    if lost:
        rules.append(Rule("every layer read whole", passed=False))
    if policy.strict:
        lost_something = bool(unknowns) or coverage.verdict != "assessed"
        rules.append(Rule("strict: nothing unknown, everything assessed", not lost_something))
        lost = lost or lost_something
    code = 3 if lost else code
    return Verdict(code == 0, code, tuple(rules))
