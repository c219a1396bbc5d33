"""The store of a fleet: Deltas, inventories and reports, compressed, in a database table that all workers share.

Unlike a cache it never removes entries by itself: ``purge`` removes those that no image needs any more. Each entry is
checked when it is read: a damaged one counts as absent, and is computed again.
"""

import hashlib
import sys
import time

from sqlalchemy import Column, Engine, LargeBinary, String, Table, select

from careen.log import logger
from careen.safety.sealed import sealed, unsealed

from .connection import writing_once
from .rows import insert
from .tables.base import Moment, metadata

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

log = logger(__name__)

LEVEL = 3
PASSING = ("matched",)  # not stored: a new advisory database would invalidate them, and a fleet keeps verdicts in its units

bulk = Table(
    "bulk",
    metadata,
    Column("key", LargeBinary(32), primary_key=True),  # a digest of the store's key
    Column("kind", String(20), nullable=False),  # the first word of the key
    Column("data", LargeBinary, nullable=False),
    Column("stored_at", Moment, nullable=False),
)


class BulkStore:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def get(self, key: str) -> bytes | None:
        with self._engine.connect() as connection:
            data = connection.execute(select(bulk.c.data).where(bulk.c.key == row_key(key))).scalar()
        return None if data is None else unpacked(key, bytes(data))

    def put(self, key: str, data: bytes) -> None:
        kind = key.partition(" ")[0]
        if kind in PASSING:
            return
        row = {"key": row_key(key), "kind": kind[:20], "data": packed(key, data), "stored_at": time.time()}
        with writing_once(self._engine) as connection:
            adding = insert(connection, bulk)
            again = {"data": adding.excluded.data, "stored_at": adding.excluded.stored_at}
            connection.execute(adding.on_conflict_do_update(index_elements=["key"], set_=again), row)

    def close(self) -> None:
        pass  # the engine belongs to the fleet


def packed(key: str, data: bytes) -> bytes:
    return sealed(key, zstd.compress(data, LEVEL))


def unpacked(key: str, data: bytes) -> bytes | None:
    """The content of an entry; None if the entry is damaged, or belongs to another key."""
    try:
        return zstd.decompress(unsealed(key, data))
    except (ValueError, zstd.ZstdError) as error:
        log.warning("an entry of the store is damaged, and is made again (%s): %s", key.partition(" ")[0], error)
        return None


def row_key(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()
