"""Functions that all reports share: packages merged by purl and owner, the order of findings, counts."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TypeVar, get_args

from msgspec.structs import replace

from careen.model.advisory import SEVERITIES
from careen.model.finding import (
    BehaviourFinding,
    ExposedSecret,
    Finding,
    FixState,
    IntegrityFinding,
    LicenceFinding,
    Misconfiguration,
    Suppressed,
    Vulnerability,
    layers_of,
)
from careen.model.image import BaseImage
from careen.model.package import Package, Presence
from careen.safety.pattern import pattern

_Kind = TypeVar("_Kind", bound=Finding)
FIX_STATES: tuple[FixState, ...] = ("fixed", "open", "wont_fix", "deferred", "end_of_life", "unknown")
MAX_STEP = 65_536
_NOP = pattern(r"^(?:\|\d+ .{0,2000}?)?/bin/sh -c #\(nop\)\s+", re.DOTALL)
_SHELL = pattern(r"^(?:\|\d+ .{0,2000}?)?(?:/\w+){1,3}/?sh(?: -\w+| pipefail){0,6}? -\w*c ", re.DOTALL)
_KEYWORD = pattern(r"[A-Z]{3,}(?: |$)")
_SEEN = {presence: rank for rank, presence in enumerate(get_args(Presence))}
_RANK = {severity: rank for rank, severity in enumerate(SEVERITIES)}


def merged(packages: Iterable[Package]) -> list[tuple[str, Package]]:
    """(purl, package) pairs, sorted, one for each purl and owner, with the evidence of all its copies."""
    groups: dict[tuple[str, str], list[Package]] = {}
    for package in packages:
        groups.setdefault((package.purl, package.owned_by or ""), []).append(package)
    return [(key[0], _one(groups[key])) for key in sorted(groups)]


def _one(group: list[Package]) -> Package:
    """One package for all its copies; the strongest presence counts. The evidence of a single copy keeps its order,
    best first."""
    if len(group) == 1:
        return group[0] if len(set(group[0].evidence)) == len(group[0].evidence) else _with_places(group[0], group)
    return _with_places(min(group, key=lambda package: _SEEN[package.presence]), group)


def _with_places(package: Package, group: list[Package]) -> Package:
    places = {place for package in group for place in package.evidence}
    return replace(package, evidence=tuple(sorted(places, key=lambda place: (place.layer, place.path))))


def ordered(findings: Iterable[Finding]) -> list[Finding]:
    """The findings, the most important first: vulnerabilities by risk, then secrets, modified files,
    misconfigurations, and other kinds."""
    all = tuple(findings)
    known: list[Finding] = [*vulnerabilities(all), *secrets(all), *integrity_findings(all), *misconfigurations(all)]
    listed = set(map(id, known))
    return known + sorted((finding for finding in all if id(finding) not in listed), key=_by_place)


def of_kind(findings: Iterable[Finding], kind: type[_Kind]) -> list[_Kind]:
    """The findings of one class, and not of its subclasses, in the order in which they come."""
    return [finding for finding in findings if type(finding) is kind]


def vulnerabilities(findings: Iterable[Finding]) -> list[Vulnerability]:
    return sorted(of_kind(findings, Vulnerability), key=_by_risk)


def secrets(findings: Iterable[Finding]) -> list[ExposedSecret]:
    return sorted(of_kind(findings, ExposedSecret), key=_by_place)


def integrity_findings(findings: Iterable[Finding]) -> list[IntegrityFinding]:
    return sorted(of_kind(findings, IntegrityFinding), key=_by_place)


def misconfigurations(findings: Iterable[Finding]) -> list[Misconfiguration]:
    return sorted(of_kind(findings, Misconfiguration), key=_by_place)


def licence_findings(findings: Iterable[Finding]) -> list[LicenceFinding]:
    return sorted(of_kind(findings, LicenceFinding), key=_by_place)


def behaviour_findings(findings: Iterable[Finding]) -> list[BehaviourFinding]:
    return sorted(of_kind(findings, BehaviourFinding), key=_by_place)


def other_kinds(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    """The findings of kinds that have no function in this module, by their kinds."""
    found: dict[str, list[Finding]] = {}
    for finding in findings:
        if type(finding) not in (
            Vulnerability,
            ExposedSecret,
            IntegrityFinding,
            Misconfiguration,
            LicenceFinding,
            BehaviourFinding,
        ):
            found.setdefault(str(finding.__struct_config__.tag), []).append(finding)
    return found


def settled(suppressed: Iterable[Suppressed]) -> list[Suppressed]:
    return sorted(
        suppressed, key=lambda entry: (entry.finding.id, _where(entry.finding), entry.finding.fingerprint, entry.by.kind)
    )


def by_severity(findings: Iterable[Finding]) -> dict[str, int]:
    """Counts of all severities, including zeros."""
    counts = Counter(finding.severity for finding in findings)
    return {severity: counts[severity] for severity in SEVERITIES}


def by_severity_and_fix(findings: Iterable[Finding]) -> Mapping[tuple[str, str], int]:
    """Counts of vulnerabilities, by severity and state of the fix."""
    return Counter((finding.severity, finding.fix.state) for finding in findings if isinstance(finding, Vulnerability))


def in_base(findings: Iterable[Finding], base: BaseImage | None) -> list[Finding]:
    """The findings that lie in layers of the base image and in no other; none if the base image is not known."""
    layers = base.layers if base and base.layers else 0
    return [finding for finding in findings if all(layer is not None and layer < layers for layer in layers_of(finding))]


def build_step(created_by: str) -> str:
    """The build step of a layer, from its history, on one line and in the form of a Dockerfile."""
    text = _NOP.sub("", created_by[:MAX_STEP]).removesuffix("# buildkit")
    step = " ".join(_SHELL.sub("", text.removeprefix("RUN ")).split())
    is_step = not text.startswith("RUN ") and _KEYWORD.match(text) is not None
    return step if is_step or not step else f"RUN {step}"


def _by_risk(finding: Vulnerability) -> tuple[float, int, str, str, str]:
    return -finding.risk, _RANK[finding.severity], finding.id, finding.package, finding.fingerprint


def _by_place(one: Finding) -> tuple[int, str, int, str, str]:
    location = getattr(one, "location", None)
    return _RANK[one.severity], _where(one), (location.line if location else None) or 0, one.id, one.fingerprint


def _where(finding: Finding) -> str:
    if isinstance(finding, Vulnerability):
        return finding.package
    location = getattr(finding, "location", None)
    return location.path if location else ""
