"""Compares two inventories: packages added, removed, up- or downgraded, each with its layer.

Packages with the same type, name and architecture are compared by the version order of their ecosystem; if there are
several versions, they are paired in that order.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

from msgspec import Struct

from careen.model.inventory import Inventory
from careen.model.package import Package
from careen.plugins import Ecosystem, VersionScheme

How = Literal["added", "removed", "upgraded", "downgraded", "changed"]
HOWS: tuple[How, ...] = ("added", "removed", "upgraded", "downgraded", "changed")
_Name = tuple[str, str, str, str]


class Change(Struct, frozen=True):
    """A change of a package. ``changed``: it is unknown which version is newer. Layers count from 0; None if unknown."""

    how: How
    type: str
    name: str
    before: str | None
    after: str | None
    purl: str  # the purl after the change; the old one of a removed package
    layer_before: int | None
    layer_after: int | None


def changes(
    before: Inventory, after: Inventory, schemes: Mapping[str, VersionScheme], ecosystems: Mapping[str, Ecosystem]
) -> tuple[Change, ...]:
    """The changes, sorted by type and name."""
    old, new = _by_name(before.packages), _by_name(after.packages)
    found: list[Change] = []
    for name in sorted(old.keys() | new.keys()):
        ecosystem = ecosystems.get(name[0])
        scheme = schemes.get(ecosystem.scheme) if ecosystem else None
        found += _changes(old.get(name, {}), new.get(name, {}), scheme.key if scheme else _no_order)
    return tuple(found)


def shared_layers(before: Iterable[str], after: Iterable[str]) -> int:
    """How many layers, from the base upward, are the same. An unknown digest ("") ends the count."""
    count = 0
    for old, new in zip(before, after, strict=False):
        if not old or old != new:
            break
        count += 1
    return count


def _by_name(packages: Iterable[Package]) -> dict[_Name, dict[str, Package]]:
    groups: defaultdict[_Name, dict[str, Package]] = defaultdict(dict)
    for package in packages:
        key = (package.type, package.namespace or "", package.name, package.arch or "")
        groups[key].setdefault(package.version, package)
    return groups


def _changes(old: Mapping[str, Package], new: Mapping[str, Package], key: Callable[[str], tuple[Any, ...]]) -> Iterable[Change]:
    gone = _in_order((old[version] for version in old.keys() - new.keys()), key)
    come = _in_order((new[version] for version in new.keys() - old.keys()), key)
    for before, after in zip(gone, come, strict=False):
        yield _change(_direction(before.version, after.version, key), before, after)
    for package in gone[len(come) :]:
        yield _change("removed", package, None)
    for package in come[len(gone) :]:
        yield _change("added", None, package)


def _in_order(packages: Iterable[Package], key: Callable[[str], tuple[Any, ...]]) -> list[Package]:
    listed = sorted(packages, key=lambda package: package.version)
    try:
        return sorted(listed, key=lambda package: key(package.version))
    except (ValueError, TypeError):
        return listed


def _direction(before: str, after: str, key: Callable[[str], tuple[Any, ...]]) -> How:
    try:
        one, other = key(before), key(after)
        return "upgraded" if one < other else "downgraded" if other < one else "changed"
    except (ValueError, TypeError):
        return "changed"


def _change(how: How, before: Package | None, after: Package | None) -> Change:
    package = after or before
    assert package is not None
    return Change(
        how,
        package.type,
        package.name,
        before.version if before else None,
        after.version if after else None,
        package.purl,
        _layer(before),
        _layer(after),
    )


def _layer(package: Package | None) -> int | None:
    return package.evidence[0].layer if package and package.evidence else None


def _no_order(version: str) -> tuple[Any, ...]:
    raise ValueError(version)
