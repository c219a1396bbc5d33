"""``match``, with what it gave before for the same inventory, database, day and code taken from the store.

The third level of the cache, above layers and inventories: a second scan of an image judges nothing anew. Only the one
database file of a run is told apart this way; beside private advisories or an archive, matching is done again.
"""

import hashlib
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import msgspec
from msgspec import Struct

from careen.database.knowledge import Knowledge
from careen.model.inventory import Inventory
from careen.plugins import Ecosystem, VersionScheme
from careen.safety.typed import from_msgpack
from careen.store.memory import Store

from .match import Matched, match


class Memory(Struct, frozen=True):
    """``fingerprint`` changes with any of the code that judges."""

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
) -> Matched:
    database = _identity(knowledge) if memory else ""
    if memory is None or not database:
        return match(inventory, knowledge, schemes, ecosystems, today, severity_from)
    seen = hashlib.sha256(msgspec.msgpack.encode(inventory)).hexdigest()
    key = f"matched {seen} {memory.fingerprint} {today} {','.join(severity_from)} {database}"
    known = memory.store.get(key)
    try:
        if known is not None:
            return from_msgpack(known, Matched)
    except (msgspec.MsgspecError, ValueError):
        pass  # damaged on the disk: judged anew
    matched = match(inventory, knowledge, schemes, ecosystems, today, severity_from)
    memory.store.put(key, msgspec.msgpack.encode(matched))
    return matched


def _identity(knowledge: Knowledge) -> str:
    """The file of the database, as it is now: a new one is renamed into its place. "" where it is not the only knowledge."""
    from careen.database.read import Database

    if not isinstance(knowledge, Database) or knowledge.info is None:
        return ""
    try:
        status = Path(knowledge.info.path).stat()
    except OSError:
        return ""
    return f"{knowledge.info.built} {status.st_ino} {status.st_size} {status.st_mtime_ns}"
