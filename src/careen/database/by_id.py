"""Finds the advisories of a database about a vulnerability, in any package. It reads every value, which takes about a
second.

A value is decoded only if it contains the end of an id. Errata that share a long list of ids are stored differently and
are not found here, only by their own id or in an image.
Raises: DatabaseError if the database cannot be read.
"""

from collections.abc import Collection, Iterator
from pathlib import Path

from careen.model.advisory import Advisory

from .database_file import DatabaseFile, connect


def advisories_about(path: Path, ids: Collection[str], limit: int) -> Iterator[Advisory]:
    """Yields the advisories that have one of the ids as id or alias, at most ``limit``."""
    ends = {id.rpartition("-")[2].encode() for id in ids}
    left = limit
    with DatabaseFile(path, connect(path)) as database:
        for space in database.spaces("advisory"):
            for statement in database.in_order("advisory", space, lambda feed: True):
                if not any(end in statement[3] for end in ends):
                    continue
                for record in database.statements("advisory", space, statement)[1]:
                    if isinstance(record, Advisory) and not ids_of(record).isdisjoint(ids):
                        yield record
                        left -= 1
                        if not left:
                            return


def ids_of(advisory: Advisory) -> set[str]:
    return {advisory.id, *advisory.aliases}
