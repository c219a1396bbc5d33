"""Applies the policy to findings: which are suppressed and why, which the gates count, and the verdict.

Ignore rules, VEX statements, ``--ignore-unfixed`` and ``--accept`` are applied in this module, once, before any output
or gate; suppressed findings stay visible. ``verdict`` has the rules and exit codes.

A gate counts findings of confidence ``confirmed`` or ``likely`` (and ``possible``, if its condition has this word), but no
vulnerabilities of packages that a lock file only declares; it reports how many findings it excludes. With a baseline it
counts only new findings. With days of grace it counts a vulnerability only if its fix, or its disclosure if there is no
fix, is at least so old. ``severities`` selects the findings that are listed; gates count the others too.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from careen.formats.vex.statements import Statement
from careen.log import logger
from careen.model.advisory import Severity
from careen.model.finding import Finding, Misconfiguration, Suppressed, SuppressedBy, Vulnerability, layers_of
from careen.model.inventory import Inventory, Unknown
from careen.model.report import Coverage, Reason, Verdict

from .about import About
from .accept import Accept, settle
from .gates import Gate
from .ignores import Ignore
from .signatures import Required
from .verdict import Gated, verdict_of
from .vex import Statements, note, set_aside

if TYPE_CHECKING:
    from .compare import Baseline

log = logger(__name__)

UNRATED_IMPACT = 0.5  # of the highest impact; it estimates the risk of an unrated finding (docs/risk.md)


class Policy(Struct, frozen=True):
    fail_on: tuple[Gate, ...] = ()
    ignore_unfixed: bool = False
    severities: frozenset[Severity] | None = None
    unknown_as: Severity | None = None
    ignores: tuple[Ignore, ...] = ()
    strict: bool = False
    vex: tuple[Statement, ...] = ()
    image_vex: bool = False  # also apply VEX documents inside the image
    baseline: "Baseline | None" = None
    grace_days: int = 0
    exclude_base: bool = False  # gates exclude the base image
    base_layers: int = 0  # how many layers of this image are the base image's; 0 if unknown
    severity_from: tuple[str, ...] = ()  # sources whose severity takes precedence
    accepts: tuple[Accept, ...] = ()
    has_rego: bool = False  # policies in Rego read the whole report, so they need the data that a gate needs
    signatures: Required | None = None
    age_is_a_rule: bool = False  # the user set a maximum age: older data fails even without a gate


class Assessed(Struct, frozen=True):
    findings: tuple[Finding, ...]
    suppressed: tuple[Suppressed, ...]
    coverage: Coverage  # with the gates' reasons (``unscored``, ``no_exploit_data``), and without accepted gaps
    verdict: Verdict
    expired: tuple[Ignore, ...] = ()  # rules that would apply if they had not expired


def assess(
    findings: Sequence[Finding],
    coverage: Coverage,
    unknowns: Sequence[Unknown],
    policy: Policy,
    today: date,
    declared: frozenset[str] = frozenset(),
    about: About | None = None,
    sources: Collection[str] | None = None,
    owned: Collection[str] = (),
) -> Assessed:
    """Applies the policy. ``declared``: purls of packages that are not installed (``declared_only``). VEX needs
    ``about``. ``sources``: names of the loaded sources; None if vulnerabilities are not searched. ``owned``: paths of
    files of the distribution's packages.
    """
    listed: list[Finding] = []
    suppressed: list[Suppressed] = []
    gated = Gated([], [], Counter())
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
                finding = replace(finding, change=policy.baseline.change(finding, declared))
            _gate(finding, gated, policy, today, declared)
            by = _unlisted(finding, policy)
        if by is None:
            listed.append(finding)
        else:
            suppressed.append(Suppressed(finding, by))
    unscored = _unscored(gated.findings, policy.fail_on, policy)
    unscored += _unscored(gated.possible, [gate for gate in policy.fail_on if gate.possible], policy)
    coverage = _with_unscored(coverage, unscored)
    coverage = _with_exploit_data(coverage, policy, sources)
    coverage = _with_lifecycle(coverage, policy)
    settled = settle(coverage, unknowns, policy.accepts, owned, today)
    for rule in expired:
        log.warning("%s: the rule for %s expired on %s and no longer applies", rule.source, rule.id, rule.until)
    for entry in settled.expired:
        log.warning("%s: the entry for %s expired on %s and no longer applies", entry.source, entry.code, entry.until)
    missing = [finding for finding in unscored if finding.id in coverage.unfetched]
    verdict = verdict_of(
        gated, settled.coverage, settled.unknowns, policy, lambda finding: severity_for(finding, policy), missing
    )
    return Assessed(tuple(listed), tuple(suppressed), settled.coverage.gravest_first(), verdict, tuple(expired))


def declared_only(inventory: Inventory) -> frozenset[str]:
    """The purls of packages that a lock file or manifest lists, and that are not installed anywhere."""
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
    return SuppressedBy("severity", "--severity", f"{finding.severity} is not among the listed severities")


def _gate(finding: Finding, gated: Gated, policy: Policy, today: date, declared: frozenset[str]) -> None:
    change = finding.change if policy.baseline is not None else ""
    why = ""
    if change is None:
        why = "not_new"
    elif isinstance(finding, Vulnerability) and finding.package in declared:
        why = "declared"
    elif policy.exclude_base and _came_with_base(finding, policy):
        why = "in_base"
    elif in_grace(finding, policy.grace_days, today):
        why = "in_grace"
    if not isinstance(finding, Misconfiguration) and finding.confidence == "possible":
        if not why:
            gated.possible.append(finding)
        why = why if why in ("not_new", "declared") else "possible"
    if change and why in ("", "in_base", "in_grace"):
        gated.new[change] += 1
    if why:
        gated.passed_over.append((why, finding))
    else:
        gated.findings.append(finding)


def _came_with_base(finding: Finding, policy: Policy) -> bool:
    return all(layer is not None and layer < policy.base_layers for layer in layers_of(finding))


def in_grace(finding: Finding, days: int, today: date) -> bool:
    """Whether the fix, or the disclosure if there is no fix, is younger than ``days``. Exploited findings, and those without
    a date, have no grace.
    """
    if not days or not isinstance(finding, Vulnerability) or finding.kev:
        return False
    since = finding.fix_published or finding.published
    try:
        age = (today - date.fromisoformat(since[:10])).days if since else days
    except ValueError:
        return False
    return -1 <= age < days  # (one day ahead may be another time zone; later dates are wrong)


def _unscored(gated: Sequence[Finding], gates: Sequence[Gate], policy: Policy) -> list[Vulnerability]:
    """Unrated vulnerabilities that a gate of severity or risk does not count, but might count if they were rated."""
    if_scored = [_if_scored(gate) for gate in gates if gate.severity not in (None, "unknown") or gate.risk]
    return [
        finding
        for finding in gated
        if isinstance(finding, Vulnerability)
        and severity_for(finding, policy) == "unknown"
        and any(gate.catches(finding, "unknown") for gate in if_scored)
        and not any(gate.catches(finding, "unknown") for gate in gates)
    ]


def _if_scored(gate: Gate) -> Gate:
    """The gate, changed so that it catches an unrated finding if it would catch it with the worst possible score."""
    return replace(gate, severity=None, risk=gate.risk and gate.risk * UNRATED_IMPACT)


def _with_unscored(coverage: Coverage, unscored: Sequence[Vulnerability]) -> Coverage:
    if not unscored:
        return coverage
    number = "1 vulnerability has" if len(unscored) == 1 else f"{len(unscored)} vulnerabilities have"
    them = "it" if len(unscored) == 1 else "them"
    detail = f"{number} no severity: gates of severity count {them} only with --unknown-as SEVERITY"
    purls = tuple(sorted({finding.package for finding in unscored}))
    return coverage.with_reasons(Reason("unscored", detail, len(purls), purls))


def _with_exploit_data(coverage: Coverage, policy: Policy, sources: Collection[str] | None) -> Coverage:
    """The coverage. If scores that gates use are missing, it has an additional reason: without them, a gate on
    exploited vulnerabilities would always pass.
    """
    if sources is None:
        return coverage
    gates = [gate for gate in policy.fail_on if gate.of_vulnerabilities]
    wanted = {name for gate in gates for name in gate.scores}
    if gates and policy.grace_days:
        wanted.add("kev")  # exploited vulnerabilities have no grace
    absent = tuple(sorted(wanted.difference(sources)))
    if not absent:
        return coverage
    detail = f"data that a gate needs is not loaded: {', '.join(absent)}"
    return coverage.with_reasons(Reason("no_exploit_data", detail, subjects=absent))


def _with_lifecycle(coverage: Coverage, policy: Policy) -> Coverage:
    """The coverage. If the end of life of the release is unknown and a gate of severity needs it, it has an additional
    reason.
    """
    release = coverage.without_lifecycle
    if not release or not any(gate.of_severity_alone for gate in policy.fail_on):
        return coverage
    detail = f"it is unknown whether {release} still gets security updates: that data is not loaded"
    return coverage.with_reasons(Reason("no_lifecycle_data", detail, subjects=(release,)))
