"""Opens a fleet: its database, its store, its queue, and sessions for assessment."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from pathlib import Path

from msgspec.structs import replace

from careen.app.cachefolder import settled
from careen.app.session import Session
from careen.config import Settings
from careen.errors import UsageError
from careen.layers.recent import RecentDeltas
from careen.store.memory import Store

from .bulk import BulkStore
from .connection import check, connect, is_sqlite, prepare, sqlite_address
from .credentials import check_key, keyring
from .fleet import Fleet
from .queue import Queue
from .shared_advisories import SharedAdvisories

KEY_FILE = "secret.key"


@contextmanager
def opened(
    address: str | None,
    data: Path,
    settings: Settings,
    places: int,
    *,
    alone: bool = False,
    key_file: Path | None = None,
    store: str = "",
    cache: Path | None = None,
) -> Iterator[Fleet]:
    """Opens a fleet. ``address`` None: a SQLite file in the folder ``data``. This folder also contains the secret key,
    and the cache unless ``cache`` is another folder. ``store`` is the address of a bucket (``bucket``); "" stores the
    layers' content in the database. ``alone``: no other process uses this database. Raises: UsageError, DatabaseError.
    """
    _make_private(data)
    cache = cache or data / "cache"
    _make_private(cache)
    engine = connect(address or sqlite_address(data), places + 4)
    try:
        check(engine)
        prepare(engine)
        # The permissions of the cache are checked once, and not for each layer.
        settings = settled(replace(settings, cache_dir=cache, offline=True, jobs=1))
        keys = keyring(key_file or data / KEY_FILE)
        check_key(engine, keys)
        with ExitStack() as opened_too:
            kept = _bucket(store, settings, opened_too) if store else BulkStore(engine)
            session = opened_too.enter_context(Session(settings, store=kept, recent=RecentDeltas()))
            advisories = SharedAdvisories(engine, kept, settings)

            def shared() -> AbstractContextManager[Session]:
                advisories.look()
                return nullcontext(session)

            fleet = Fleet(engine, _queue(engine, places, alone), kept, settings, shared, keys.seal, keys.unseal)
            try:
                yield fleet
            finally:
                fleet.assessors.close()
    finally:
        engine.dispose()


def _queue(engine: object, places: int, alone: bool) -> Queue:
    from sqlalchemy import Engine

    assert isinstance(engine, Engine)
    if is_sqlite(engine):
        from .queue.embedded import EmbeddedQueue

        queue = EmbeddedQueue(engine, places)
        if alone:
            queue.reset()
        return queue
    from .queue.postgres import PostgresQueue

    shared = PostgresQueue(engine, places)
    shared.install()
    return shared


def _bucket(address: str, settings: Settings, opened_too: ExitStack) -> Store:
    from careen.net import NetSettings, make_fetcher

    from .bucket import bucket

    every = ("*",)
    net = NetSettings(
        timeout_s=settings.timeout_s,
        ca_file=settings.ca_file,
        insecure=every if settings.insecure else (),
        plain_http=every if settings.plain_http else (),
    )
    return bucket(address, opened_too.enter_context(make_fetcher(net)))


def _make_private(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder} cannot be created: {error.strerror}", "choose another folder") from None
