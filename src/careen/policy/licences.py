"""Applies the policy to the licences of an image's packages: one finding for each licence that is denied or needs a
decision.
"""

import hashlib
from collections.abc import Iterator
from fnmatch import fnmatchcase

from msgspec import Struct

from careen.model.advisory import Severity
from careen.model.finding import LicenceFinding, Location
from careen.model.inventory import Inventory
from careen.model.package import Package

USUAL_ASK = ("network-copyleft", "source-available")  # the categories that need a decision if no list is given
IDS = {"deny": "LIC-001", "ask": "LIC-002"}
SEVERITY: dict[str, Severity] = {"deny": "high", "ask": "medium"}


class LicencePolicy(Struct, frozen=True):
    """The policy: ids, patterns and categories of licences. ``accepted`` are packages, by name or purl, whose licence
    is ignored.
    """

    deny: tuple[str, ...] = ()
    ask: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()
    accepted: tuple[str, ...] = ()


def licence_findings(inventory: Inventory, policy: LicencePolicy) -> tuple[LicenceFinding, ...]:
    return tuple(_findings(inventory, policy))


def _findings(inventory: Inventory, policy: LicencePolicy) -> Iterator[LicenceFinding]:
    from careen.licences.categories import category, decision
    from careen.licences.package import NONE, licences_of

    stated = policy.deny or policy.ask or policy.allow
    lists = {"deny": policy.deny, "ask": policy.ask if stated else USUAL_ASK, "allow": policy.allow}
    licences = licences_of(inventory)
    seen = set[str]()
    for package in inventory.packages:
        expression = licences.get(package.purl, NONE).concluded
        decided = decision(expression, lists)  # type: ignore[arg-type]
        if decided == "allow" or package.purl in seen or _is_accepted(package, policy.accepted):
            continue
        seen.add(package.purl)
        yield _finding(package, expression, category(expression), decided)


def _finding(package: Package, expression: str, kind: str, decided: str) -> LicenceFinding:
    place = package.evidence[0] if package.evidence else None
    name = expression or "no known licence"
    return LicenceFinding(
        id=IDS[decided],
        title="Denied licence" if decided == "deny" else "Licence that needs a decision",
        severity=SEVERITY[decided],
        location=Location(place.path if place else ""),
        why=f"The policy {'denies' if decided == 'deny' else 'asks about'} this licence ({kind}).",
        fix="Replace the package, or accept it: --licence-except NAME.",
        references=(),
        fingerprint=_fingerprint(IDS[decided], package, expression),
        message=f"{package.name} {package.version}: {name}",
        layer=place.layer if place else None,
        package=package.purl,
        expression=expression,
    )


def _fingerprint(id: str, package: Package, expression: str) -> str:
    """The fingerprint of a finding, which is the same for all versions of the package under this licence."""
    text = "\0".join((id, package.type, package.name, expression))
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]


def _is_accepted(package: Package, accepted: tuple[str, ...]) -> bool:
    names = (package.name, package.purl, package.purl.partition("@")[0])
    return any(fnmatchcase(name, text) for text in accepted for name in names)
