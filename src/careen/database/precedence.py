"""The order of precedence of the feeds in a new database: if two have the same record, the first counts."""

from collections.abc import Collection, Mapping, Sequence

from careen.plugins import AdvisorySource

from .build import Fresh, Kept


def ordered(
    parts: Mapping[str, Fresh | Kept],
    sources: Sequence[AdvisorySource],
    asked: Sequence[str],
    done: Collection[str],
    old: Collection[str],
) -> list[Fresh | Kept]:
    """The feeds in order of precedence. ``parts`` are all feeds by path. ``asked`` are the requested paths, in order of
    precedence; ``done`` those of them that did not fail; ``old`` the paths in the previous database.
    """
    ranks = {source.name: number for number, source in enumerate(sources)}
    places = {path: number for number, path in enumerate(_places(parts, asked, done, old))}
    return sorted(parts.values(), key=lambda part: (ranks.get(part.row.source, len(ranks)), places[part.row.path]))


def _places(parts: Mapping[str, Fresh | Kept], asked: Sequence[str], done: Collection[str], old: Collection[str]) -> list[str]:
    """The paths of all feeds, in the order of precedence within each source.

    Feeds that were requested now come before other forms of the same data, unless some of them are unchanged.
    """
    held: dict[str, list[str]] = {}
    for path, part in parts.items():
        held.setdefault(part.row.source, []).append(path)
    first: dict[str, list[str]] = {}
    for path in asked:
        if path in parts:
            first.setdefault(parts[path].row.source, []).append(path)
    found: list[str] = []
    for source, paths in held.items():
        new = first.get(source, [])
        if all(path in done for path in new):
            found += dict.fromkeys((*new, *paths))
        else:
            found += _merged(new, [path for path in paths if path in old])
    return found


def _merged(first: Sequence[str], paths: list[str]) -> list[str]:
    """``paths``, with the missing elements of ``first`` inserted, each after its predecessor."""
    place = 0
    for path in first:
        if path in paths:
            place = paths.index(path) + 1
        else:
            paths.insert(place, path)
            place += 1
    return paths
