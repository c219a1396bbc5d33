"""Corrects the version of a language package with that of the distribution's package that contains it.

A distribution's build may contain metadata of an older release: Debian's xerces 2.12.2 has a pom of 2.12.0. If the
names of both packages are similar and their versions begin alike, the newer version of the distribution's package
counts.
"""

from collections.abc import Collection, Iterable
from typing import Literal

from careen.model.package import Package
from careen.safety.pattern import pattern

_NUMBERS = pattern(r"(\d{1,9}(?:\.\d{1,9}){0,8})(?!\d)")
_ADDED = pattern(r"^(?:lib|python3?-|ruby-|node-|golang-)|-(?:java|perl|ruby|python)$")
_NOT_LETTERS = pattern(r"[^a-z]")


def packaged_version(package: Package, owner: Package) -> str:
    """The newer version of the owner; "" if the package's own counts."""
    likeness = _likeness(_names(package), _names_of_owner(owner))
    if not likeness:
        return ""
    text = owner.source.version if owner.source else owner.version
    upstream = (text.partition(":")[2] or text).rpartition("-")[0] or text
    upstream = upstream.rpartition("really")[2]  # 2.0+really1.33 is a return to 1.33
    theirs, ours = _NUMBERS.match(upstream), _NUMBERS.match(package.version.removeprefix("v"))
    if theirs is None or ours is None or upstream[theirs.end() : theirs.end() + 1] == "~":
        return ""
    newer, older = _parts(theirs[1]), _parts(ours[1])
    is_alike = likeness == "same" or newer[0] == older[0]
    return theirs[1] if newer > older and is_alike else ""


def _likeness(names: Collection[str], others: Collection[str]) -> Literal["same", "alike", ""]:
    if set(names).intersection(others):
        return "same"
    return "alike" if _letters(names) & _letters(others) else ""


def _letters(names: Iterable[str]) -> set[str]:
    return {letters for name in names if len(letters := _NOT_LETTERS.sub("", name)) > 1}


def _names(package: Package) -> set[str]:
    """The names by which the package is compared. A Maven package has two: its artifact, and the end of its group."""
    if package.type != "maven":
        return {package.name.rpartition("/")[2].lower().replace("_", "-")}
    group, _, artifact = package.name.lower().rpartition(":")
    return {artifact, f"group {group.rpartition('.')[2]}"}


def _names_of_owner(owner: Package) -> set[str]:
    names = {_without_additions(name) for name in (owner.name, owner.source.name if owner.source else owner.name)}
    return names | {f"group {name}" for name in names if owner.name.endswith("-java")}


def _without_additions(name: str) -> str:
    while (rest := _ADDED.sub("", name)) != name:
        name = rest
    return name


def _parts(version: str) -> tuple[int, ...]:
    parts = tuple(map(int, version.split(".")))
    while len(parts) > 1 and not parts[-1]:
        parts = parts[:-1]
    return parts
