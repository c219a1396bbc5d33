"""Packages whose names imitate popular ones.

A name alone proves little, so the severity is at most medium, unless the name contains letters of another script, which
honest names do not. A package that is new or little used is rated higher; an old or widely used package is not reported.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date

from msgspec import Struct

from careen.behaviour.rules import Rule, found
from careen.model.finding import BehaviourFinding
from careen.model.package import Package

from .compare import Imitation, imitated
from .popular import TYPES, names_of

NEW_DAYS, OLD_DAYS = 90, 3 * 365
FEW_DOWNLOADS, MANY_DOWNLOADS = 1_000, 100_000  # a month
_WHY = "Attackers publish packages under names that are mistaken for popular ones, and what they install runs with all rights."
_FIX = "Install the package that is meant. If this one is meant, ignore the finding with a reason."

_HOMOGLYPH = Rule("MAL-001", "Name with letters of another script that imitates a popular package", "high", _WHY, _FIX)
_SLIP = Rule("MAL-002", "Name that is one slip away from a popular package", "medium", _WHY, _FIX)
_REARRANGED = Rule(
    "MAL-003", "Name of a popular package with other separators or another order", "low", _WHY, _FIX, (), "possible"
)
_ADDED = Rule("MAL-004", "Name of a popular package with a word added", "low", _WHY, _FIX, (), "possible")
RULES = (_HOMOGLYPH, _SLIP, _REARRANGED, _ADDED)
_OF_TECHNIQUE = {
    "homoglyph": _HOMOGLYPH,
    "separators": _REARRANGED,
    "word order": _REARRANGED,
    "scope": _REARRANGED,
    "added word": _ADDED,
}


class Known(Struct, frozen=True):
    """What a registry states about the package of this name, as far as it is known."""

    first_release: date | None = None
    downloads: int | None = None  # a month


def look_alikes(packages: Iterable[Package]) -> Iterator[BehaviourFinding]:
    """A finding for each package with a name that imitates a popular one. Packages of a distribution are not compared: the
    distribution chose them."""
    seen = set()
    for package in packages:
        if package.type not in TYPES.values() or package.owned_by or package.vendor == "distribution":
            continue
        path = package.evidence[0].path if package.evidence else ""
        if (package.type, package.name, path) not in seen and (imitation := imitated(package.type, package.name)):
            seen.add((package.type, package.name, path))
            layer = package.evidence[0].layer if package.evidence else None
            yield _finding(imitation, package.type, path, layer, package.purl)


def look_alike(ecosystem: str, name: str, known: Known | None = None, today: date | None = None) -> BehaviourFinding | None:
    """The finding about a name; None if it imitates none, or if ``known`` shows an old or widely used package. ``ecosystem`` is
    a key of ``TYPES``; ``known`` is only used together with ``today``."""
    type = TYPES[ecosystem]
    imitation = imitated(type, name)
    if imitation is None:
        return None
    finding = _finding(imitation, type, "", None, f"pkg:{type}/{name}")
    return finding if known is None or today is None else _rated(finding, known, today)


def _finding(imitation: Imitation, type: str, path: str, layer: int | None, purl: str) -> BehaviourFinding:
    rule = _OF_TECHNIQUE.get(imitation.technique, _SLIP)
    return found(
        rule,
        path,
        f"{imitation.name} imitates {imitation.target} ({imitation.technique})",
        layer=layer,
        package=purl,
        evidence=(
            f"{imitation.target} is number {imitation.rank + 1:,} of the names of {names_of(type).as_of}",
            f"technique: {imitation.technique}",
            *(f"U+{ord(letter):04X} {unicodedata.name(letter, '')}" for letter in imitation.name if not letter.isascii()),
        ),
        lasting=f"{type}/{imitation.name}",
    )


def _rated(finding: BehaviourFinding, known: Known, today: date) -> BehaviourFinding | None:
    from msgspec.structs import replace

    age = (today - known.first_release).days if known.first_release else None
    is_new, is_rare = age is not None and age < NEW_DAYS, known.downloads is not None and known.downloads < FEW_DOWNLOADS
    is_old, is_used = age is not None and age >= OLD_DAYS, known.downloads is not None and known.downloads >= MANY_DOWNLOADS
    if finding.severity != "high" and (is_used or (is_old and not is_rare)):
        return None
    facts = [f"first release {known.first_release}"] if known.first_release else []
    facts += [f"{known.downloads:,} downloads a month"] if known.downloads is not None else []
    evidence = (*finding.evidence, *facts)
    if is_new or (is_rare and not is_old):
        return replace(
            finding, severity="high" if finding.severity == "medium" else "medium", confidence="likely", evidence=evidence
        )
    return replace(finding, evidence=evidence)
