"""``match`` with a cache: the result for the same inventory, database, day and code is read from the store.

This is the third level of the cache, above layers and inventories, so that a second scan of an image does not match
again. Only a single database file can be identified; with private advisories or an archive, matching is repeated.
"""

import hashlib
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from careen.database.knowledge import Knowledge
from careen.model.inventory import Inventory
from careen.model.origin import OriginFiles
from careen.plugins import Ecosystem, VersionScheme
from careen.safety.typed import from_msgpack
from careen.store.memory import Store

from .earlier import Earlier
from .match import Matched, match


class Memory(Struct, frozen=True):
    """The cache of results. ``fingerprint`` changes with any of the code that matches."""

    store: Store
    fingerprint: str


def remembered(
    inventory: Inventory,
    knowledge: Knowledge,
    schemes: Mapping[str, VersionScheme],
    ecosystems: Mapping[str, Ecosystem],
    today: date,
    severity_from: tuple[str, ...],
    memory: Memory | None,
    earlier: Earlier | None = None,
) -> Matched:
    database = _identity(knowledge) if memory else ""
    if memory is None or not database:
        return match(inventory, knowledge, schemes, ecosystems, today, severity_from, earlier)
    programs = tuple(replace(program, names=b"") for program in inventory.programs)  # its digest stands for them
    asked = replace(inventory, programs=programs, origin_files=OriginFiles())
    seen = hashlib.sha256(msgspec.msgpack.encode(asked)).hexdigest()
    key = f"matched {seen} {memory.fingerprint} {today} {','.join(severity_from)} {database}"
    known = memory.store.get(key)
    try:
        if known is not None:
            return from_msgpack(known, Matched)
    except (msgspec.MsgspecError, ValueError):
        pass  # damaged on the disk, so it is matched again
    matched = match(inventory, knowledge, schemes, ecosystems, today, severity_from, earlier)
    memory.store.put(key, msgspec.msgpack.encode(matched))
    return matched


def _identity(knowledge: Knowledge) -> str:
    """Identifies the current database file, which an update replaces; "" if there are other sources of advisories."""
    from careen.database.read import Database

    if not isinstance(knowledge, Database) or knowledge.info is None:
        return ""
    try:
        status = Path(knowledge.info.path).stat()
    except OSError:
        return ""
    return f"{knowledge.info.built} {status.st_ino} {status.st_size} {status.st_mtime_ns}"
