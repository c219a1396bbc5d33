"""The verdict: which rules passed, why each failed, and the exit code.

0  every rule passed
1  a gate counted a finding, or the release gets no security updates
3  the result is not complete: a layer could not be read completely, advisories for a kind of packages are missing, or the
   data is too old (``blocks`` in ``careen.model.reasons``); or a gate passes only because scores are missing; or, with
   ``--strict``, anything was not read or not assessed

3 takes precedence over 1, since an incomplete result states nothing about what was not read; the rules still show that a
gate failed.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from careen.model.advisory import Severity
from careen.model.finding import Finding, Vulnerability
from careen.model.inventory import Unknown
from careen.model.reasons import effect_of, fails_strict
from careen.model.report import Coverage, FailedBy, Reason, Rule, Verdict

from .gates import Gate
from .ignores import kind_of

if TYPE_CHECKING:
    from .policy import Policy

FIRST = 10  # ids that a rule shows


class Gated(Struct):
    """The findings that gates count, and why others are excluded."""

    findings: list[Finding]
    passed_over: list[tuple[str, Finding]]  # possible, declared, in_grace, in_base, not_new
    new: Counter[str]  # numbers of ``findings``, by the change that made them new
    possible: list[Finding] = []  # those of ``passed_over`` that are excluded only because they are possible


def verdict_of(
    gated: Gated,
    coverage: Coverage,
    unknowns: Sequence[Unknown],
    policy: "Policy",
    severity_for: Callable[[Finding], Severity],
    unscored: Sequence[Vulnerability],
) -> Verdict:
    """The verdict. ``coverage`` and ``unknowns`` are without accepted gaps. ``unscored``: vulnerabilities that a gate
    of severity does not count because their scores were never fetched.
    """
    rules = [_gate(gate, gated, coverage, policy, severity_for) for gate in policy.fail_on]
    incomplete = [
        *_unscored(unscored, all(rule.passed for rule in rules)),
        *_blocked(coverage, policy),
        *_unread(unknowns),
        *_strict(coverage, unknowns, policy),
    ]
    code = 3 if any(not rule.passed for rule in incomplete) else 1 if any(not rule.passed for rule in rules) else 0
    return Verdict(code == 0, code, (*rules, *incomplete))


def _gate(gate: Gate, gated: Gated, coverage: Coverage, policy: "Policy", severity_for: Callable[[Finding], Severity]) -> Rule:
    ended = [_named(reason) for reason in coverage.reasons if gate.of_severity_alone and effect_of(reason.code) == "fails"]
    counted = [*gated.findings, *(gated.possible if gate.possible else ())]
    caught = [*ended, *(finding.id for finding in counted if gate.catches(finding, severity_for(finding)))]
    scope = "; ".join(_scope(gated, policy))
    text = f"fail-on {gate.text}" + (f" ({scope})" if scope else "")
    known = set(map(id, counted))
    others = [
        (why, finding)
        for why, finding in gated.passed_over
        if id(finding) not in known and gate.catches(finding, severity_for(finding))
    ]
    others += [
        (kind_of(finding), finding)
        for finding in gated.findings
        if kind_of(finding) in ("misconfiguration", "integrity", "licence", "behaviour")
        and kind_of(finding) not in gate.kinds
        and gate.severity is not None
        and gate.would_catch(finding, severity_for(finding))
    ]
    return Rule(text, not caught, _by(caught), dict(sorted(Counter(why for why, _ in others).items())))


def _scope(gated: Gated, policy: "Policy") -> list[str]:
    parts = []
    if policy.baseline is not None:
        words = {"introduced": "introduced", "disclosed": "newly disclosed", "fix_available": "with a new fix"}
        counts = ", ".join(f"{gated.new[change]} {word}" for change, word in words.items() if gated.new[change])
        parts.append(f"new since {policy.baseline.name}: {counts or 'nothing'}")
    if policy.grace_days:
        parts.append(f"{policy.grace_days} days of grace" if policy.grace_days > 1 else "a day of grace")
    if policy.exclude_base:
        parts.append("without the base image" if policy.base_layers else "no base image is known")
    return parts


def _unscored(unscored: Sequence[Vulnerability], passed: bool) -> list[Rule]:
    if not unscored or not passed:
        return []
    them = "1 vulnerability has" if len(unscored) == 1 else f"{len(unscored)} vulnerabilities have"
    why = f"{them} no severity yet, so the gate cannot be decided (--unknown-as SEVERITY, or careen db update)"
    return [Rule("severities known", False, _by([finding.id for finding in unscored]), why=why)]


def _blocked(coverage: Coverage, policy: "Policy") -> list[Rule]:
    """The rules about missing data. Gates of vulnerabilities and policies in Rego need advisories; the age of the data
    is a rule of its own if the user set a maximum.
    """
    blocking = [reason for reason in coverage.reasons if effect_of(reason.code) == "blocks"]
    if not policy.has_rego and not any(gate.of_vulnerabilities for gate in policy.fail_on):
        blocking = [reason for reason in blocking if reason.code == "stale_source" and policy.age_is_a_rule]
    if not blocking:
        return []
    why = "advisory or package data is missing or out of date, so the verdict cannot be decided"
    return [Rule("advisories loaded and recent", False, _by([_named(reason) for reason in blocking]), why=why)]


def _unread(unknowns: Sequence[Unknown]) -> list[Rule]:
    lost = [unknown for unknown in unknowns if unknown.whole_layer]
    if not lost:
        return []
    of_layers = any(unknown.cataloger == "layer" for unknown in lost)
    text = "every layer read whole" if of_layers else "every file that was named read"
    return [Rule(text, False, _by([_place(unknown) for unknown in lost]))]


def _strict(coverage: Coverage, unknowns: Sequence[Unknown], policy: "Policy") -> list[Rule]:
    if not policy.strict:
        return []
    missing = [_named(reason) for reason in coverage.reasons if fails_strict(reason.code)]
    named = {reason.code for reason in coverage.reasons}
    missing += [f"{unknown.code}: {_place(unknown)}" for unknown in unknowns if unknown.code not in named]
    if coverage.verdict == "not_assessed" and not missing and not coverage.accepted:
        missing.append("not_assessed")
    return [Rule("strict: nothing unknown, everything assessed", not missing, _by(missing))]


def _named(reason: Reason) -> str:
    if not reason.subjects:
        return reason.code
    more = f" and {len(reason.subjects) - 1} more" if len(reason.subjects) > 1 else ""
    return f"{reason.code}: {reason.subjects[0]}{more}"


def _place(unknown: Unknown) -> str:
    return unknown.evidence.path or f"layer {unknown.evidence.layer}"


def _by(names: Iterable[str]) -> FailedBy | None:
    """The number of names, and the first ones without repetitions; None if there are none."""
    found: Collection[str] = list(names)
    return FailedBy(len(found), tuple(dict.fromkeys(found))[:FIRST]) if found else None
