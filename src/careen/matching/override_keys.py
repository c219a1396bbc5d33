"""The keys of overrides of npm and pnpm: a range that has the copies to replace, and not those that may stay.

A range ends at the version that takes the copies' place, and within the release line of the newest of them: ``lodash@<4`` for
a copy of 3.10.1. So copies that an upgraded package brings are replaced as well, and what the project asks for itself is not:
npm refuses an override of that.
**Source:** npm, package.json, "overrides"; pnpm, "overrides"; node-semver, ranges.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import groupby
from types import MappingProxyType

from careen.safety.pattern import pattern

from .npm_places import BY_VERSION, OVERRIDES, Projects
from .place import Place

NOTHING: Mapping[str, str] = MappingProxyType({})
_NUMBERS = pattern(r"(\d{1,9})\.(\d{1,9})\.(\d{1,9})")


def keyed(
    at: Place, upgrades: Sequence[tuple[str, str, str]], known: Projects, installed: Mapping[str, str] = NOTHING
) -> list[tuple[str, str]]:
    """The pairs of key and new version for triples of name, installed and new version. If several keys of a name fit, the
    first one counts, so that of the newest version comes first. ``installed``: what the same command installs as the
    project's own dependencies, with the versions.
    """
    if OVERRIDES[at.manager] not in BY_VERSION:
        return sorted({(name, to) for name, _, to in upgrades})
    found: list[tuple[str, str]] = []
    for name, members in groupby(sorted(upgrades), key=lambda upgrade: upgrade[0]):
        moves = [member[1:] for member in members]
        is_own = name in installed or known.asks(at.place, name)
        if at.manager == "npm overrides" and _are_one(moves, known.versions(at.place, name), installed.get(name)):
            # npm keeps a copy that a range replaces by what is there already, but not one that its name replaces
            found.append((name, f"${name}" if is_own else moves[0][1]))
        else:
            found += [*_of_name(name, moves, is_own)][::-1]
    return found


def _are_one(moves: Sequence[tuple[str, str]], versions: Collection[str], installed: str | None) -> bool:
    """Whether all copies become the same, which is there already or will be, and none of them is newer."""
    targets = {to for _, to in moves}
    if len(targets) != 1:
        return False
    (to,) = targets
    end = _numbers(to)
    return (to == installed or to in versions) and all(_numbers(version) <= end for version in versions)


def _of_name(name: str, moves: list[tuple[str, str]], is_own: bool) -> Iterator[tuple[str, str]]:
    """The keys of a name. If the project itself asks for it, they begin with the release line of the oldest copy."""
    known = sorted((numbers, old, to) for old, to in moves if (numbers := _numbers(old)))
    before: tuple[int, ...] = (known[0][0][0],) if is_own and known and known[0][0][0] else ()
    for to, members in groupby(known, key=lambda move: move[2]):
        copies = [numbers for numbers, _, _ in members]
        end = min(filter(None, (_numbers(to), (copies[-1][0] + 1,))), default=())
        yield f"{name}@{_range(before, end)}", to
        before = end
    for old, to in moves:
        if not _numbers(old):
            yield f"{name}@{old}", to


def _range(after: tuple[int, ...], end: tuple[int, ...]) -> str:
    """The versions below ``end``, from the end of the range before; ``>3`` is above all of 3."""
    below = "<" + ".".join(map(str, end))
    if not after:
        return below
    start = (after[0] - 1,) if len(after) == 1 else after
    return f">{'.'.join(map(str, start))} {below}"


def _numbers(version: str) -> tuple[int, ...]:
    found = _NUMBERS.fullmatch(version)
    return tuple(map(int, found.groups())) if found else ()
