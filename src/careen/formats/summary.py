"""What every report says alike: packages one per purl and owner, findings in one order, counts, the claimed base image."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import get_args

from msgspec import Struct
from msgspec.structs import replace

from careen.model.advisory import SEVERITIES
from careen.model.finding import ExposedSecret, Finding, FixState, Misconfiguration, Suppressed, Vulnerability
from careen.model.image import ImageConfig
from careen.model.package import Evidence, Package, Presence

FIX_STATES: tuple[FixState, ...] = ("fixed", "open", "wont_fix", "deferred", "end_of_life", "unknown")
_SEEN = {presence: rank for rank, presence in enumerate(get_args(Presence))}
_RANK = {severity: rank for rank, severity in enumerate(SEVERITIES)}


class BaseImage(Struct, frozen=True):
    reference: str
    digest: str | None
    layers: int | None
    how: str  # label | history | known layers


def merged(packages: Iterable[Package]) -> list[tuple[str, Package]]:
    """(purl, package), one per purl and owner, in order; the places of equal ones are evidence of one."""
    places: dict[tuple[str, str], dict[Evidence, None]] = {}
    first: dict[tuple[str, str], Package] = {}
    for package in packages:
        key = package.purl, package.owned_by or ""
        if key not in first or _SEEN[package.presence] < _SEEN[first[key].presence]:
            first[key] = package  # what is there somewhere is there
        places.setdefault(key, {}).update(dict.fromkeys(package.evidence))
    return [
        (key[0], replace(first[key], evidence=tuple(sorted(places[key], key=lambda place: (place.layer, place.path)))))
        for key in sorted(first)
    ]


def ordered(findings: Iterable[Finding]) -> list[Finding]:
    """What to look at first comes first: vulnerabilities by risk, then secrets, then faults of configuration."""
    all = tuple(findings)
    return [*vulnerabilities(all), *secrets(all), *misconfigurations(all)]


def vulnerabilities(findings: Iterable[Finding]) -> list[Vulnerability]:
    return sorted(
        (one for one in findings if isinstance(one, Vulnerability)),
        key=lambda one: (-one.risk, _RANK[one.severity], one.id, one.package, one.fingerprint),
    )


def secrets(findings: Iterable[Finding]) -> list[ExposedSecret]:
    return sorted((one for one in findings if isinstance(one, ExposedSecret)), key=_by_place)


def misconfigurations(findings: Iterable[Finding]) -> list[Misconfiguration]:
    return sorted((one for one in findings if isinstance(one, Misconfiguration)), key=_by_place)


def settled(suppressed: Iterable[Suppressed]) -> list[Suppressed]:
    return sorted(suppressed, key=lambda one: (one.finding.id, _where(one.finding), one.finding.fingerprint, one.by.kind))


def by_severity(findings: Iterable[Finding]) -> dict[str, int]:
    """Every severity, also those with none."""
    counts = Counter(one.severity for one in findings)
    return {severity: counts[severity] for severity in SEVERITIES}


def by_severity_and_fix(findings: Iterable[Finding]) -> Mapping[tuple[str, str], int]:
    """Of vulnerabilities: nothing else has a state of fix."""
    return Counter((one.severity, one.fix.state) for one in findings if isinstance(one, Vulnerability))


def base_image(config: ImageConfig) -> BaseImage | None:
    """What the image says of its base. **Source:** OCI image-spec, annotations.md, ``org.opencontainers.image.base.*``."""
    name = config.labels.get("org.opencontainers.image.base.name", "")
    digest = config.labels.get("org.opencontainers.image.base.digest") or None
    return BaseImage(name, digest, None, "label") if name else None


def _by_place(one: ExposedSecret | Misconfiguration) -> tuple[int, str, int, str, str]:
    return _RANK[one.severity], one.location.path, one.location.line or 0, one.id, one.fingerprint


def _where(finding: Finding) -> str:
    return finding.package if isinstance(finding, Vulnerability) else finding.location.path
