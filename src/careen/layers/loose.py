"""An inventory of a few files in memory, which catalogers read as a single layer."""

import io
from collections.abc import Mapping
from typing import cast

from careen.formats.archives.inflate import SeekStream
from careen.formats.archives.tar import Member
from careen.model.delta import Delta
from careen.model.inventory import Inventory
from careen.safety.budget import Budget, Limits

from .bind import bind
from .index import Readers
from .walk import walk


def inventory_of_files(files: Mapping[str, bytes], readers: Readers) -> Inventory:
    """The inventory of these files, given by path. A file that cannot be read is among the unknowns."""
    entries = (
        (
            Member(path, "f", 0o644, 0, 0, len(data), "", len(data), None, False, ""),
            SeekStream(cast(io.BufferedReader, io.BytesIO(data))),
        )
        for path, data in sorted(files.items())
    )
    dispatch = readers.dispatch
    walked = walk(entries, dispatch.readers, Budget(Limits()).layer(), dispatch.by_magic)
    return bind([Delta("", None, walked.table, walked.facts, unknowns=walked.unknowns, roots=walked.roots)], readers.catalogers)
