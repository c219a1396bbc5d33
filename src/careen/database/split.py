"""Splits a database into the layers of a publication.

Raises: DatabaseError if there is no readable database.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from msgspec.structs import replace

from careen.plugins import AdvisorySource

from .checks import Check, read_checks
from .file_state import rows_of
from .head import FeedRow, label_of
from .layer import FORMAT, About, write_layer
from .publication import Group
from .read import open_database

_OF_VULNERABILITIES = frozenset({"record", "epss", "exploited"})
_OF_PACKAGES = frozenset({"advisory", "malicious"})


def split(
    database: Path, folder: Path, sources: Sequence[AdvisorySource], without: Collection[str] = ()
) -> tuple[tuple[Group, Path], ...]:
    """Writes the groups of a database as layers into the folder. Returns each group with the file of its layer, in the
    precedence of their feeds. ``without``: sources to leave out.
    """
    known = {source.name: source for source in sources}
    groups: dict[str, list[FeedRow]] = {}
    for row in _rows(database):
        if row.source in without:
            continue
        groups.setdefault(label_of(row), []).append(row)
    found = []
    with open_database(database) as opened:
        contents, held = opened.contents(), opened.held()
        for number, (name, rows) in enumerate(groups.items()):
            file = folder / str(number)
            feeds = [(held[row.path], opened.rows(held[row.path])) for row in rows]
            packed = write_layer(file, About(FORMAT, name, _notice(rows, known)), feeds)
            sections = [section for row in rows for section in contents[row.path]]
            spaces = frozenset(space for kind, space, _ in sections if kind in _OF_PACKAGES)
            licences = {known[row.source].licence for row in rows if row.source in known}
            group = Group(name, packed, tuple(rows), spaces, _is_scores(sections), "; ".join(sorted(licences)))
            found.append((group, file))
    return tuple(found)


def _rows(database: Path) -> Iterator[FeedRow]:
    """The feeds, with the dates that their origins have confirmed since they were read."""
    checks = read_checks(database)
    for path, row in rows_of(database).items():
        check = checks.get(path, Check())
        yield replace(row, fetched=max(row.fetched, check.asked), confirmed=max(row.confirmed, check.confirmed))


def _is_scores(sections: Sequence[tuple[str, str, int]]) -> bool:
    """Whether the sections contain more records of vulnerabilities than of packages, so that every image needs their group."""
    of_packages = sum(records for kind, _, records in sections if kind in _OF_PACKAGES)
    return sum(records for kind, _, records in sections if kind in _OF_VULNERABILITIES) > of_packages


def _notice(rows: Sequence[FeedRow], sources: Mapping[str, AdvisorySource]) -> str:
    """The owners of the data, and the terms of redistribution, as text."""
    lines = ["Data of others, in another form and otherwise unchanged:"]
    for name in dict.fromkeys(row.source for row in rows):
        source = sources.get(name)
        lines.append(f"{source.title}, {source.homepage}: {source.licence}" if source else name)
    return "\n".join(lines) + "\n"
