"""The refresh that a scan had no time for, completed by a separate process after the report is written.

``start`` begins it, unless one already works on this cache. It keeps neither the terminal nor a pipe of its parent,
locks the database only while the new one is built, ends at its time limit, and writes a log beside the database. The
next scan or refresh continues its unfinished downloads.
"""

import os
import sys
import threading
from collections.abc import Collection, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec import Struct

from careen.config import Settings
from careen.database.knowledge import database_path
from careen.database.refreshlog import log_beside, note, trim
from careen.errors import Error
from careen.plugins import AdvisorySource, Need
from careen.store.use import using

LIMIT_S = 15 * 60.0


class Order(Struct, frozen=True):
    """The arguments of the process, in JSON on its standard input."""

    cache_dir: Path
    namespaces: tuple[str, ...]
    db_from: str | None = None
    db_artifact: tuple[str, ...] = ()
    db_root: Path | None = None
    private_hosts: tuple[str, ...] = ()
    registry_username: str | None = None
    registry_password: str | None = None
    insecure: bool = False
    plain_http: bool = False
    ca_file: Path | None = None
    timeout_s: float = 30.0
    plugins: tuple[Path, ...] = ()
    limit_s: float = LIMIT_S


_SETTINGS = (
    "cache_dir", "db_from", "db_artifact", "db_root", "private_hosts", "registry_username", "registry_password", "insecure",
    "plain_http", "ca_file", "timeout_s",
)  # fmt: skip


def start(settings: Settings, namespaces: Collection[str]) -> bool:
    """Starts the process if none is running. Returns whether it was started. The caller has checked that the cache
    folder belongs to the user.
    """
    from careen.app.cachefolder import is_private
    from careen.database.lock import exclusive
    from careen.exec import detach

    path = database_path(settings.cache_dir)
    if is_private(settings.cache_dir) or not sys.executable or getattr(sys, "frozen", False):
        return False
    with suppress(OSError), exclusive(path.with_name("refresh.lock"), 0) as free:
        if not free:
            return False
    order = Order(
        settings.cache_dir.absolute(),
        tuple(sorted(namespaces)),
        settings.db_from if settings.db_from is None or "://" in settings.db_from else str(Path(settings.db_from).absolute()),
        settings.db_artifact,
        settings.db_root.absolute() if settings.db_root else None,
        settings.private_hosts,
        settings.registry_username,
        settings.registry_password,
        settings.insecure,
        settings.plain_http,
        settings.ca_file.absolute() if settings.ca_file else None,
        settings.timeout_s,
        tuple(folder.absolute() for folder in settings.plugins),
    )
    try:
        detach([sys.executable, "-P", "-m", __name__], msgspec.json.encode(order, enc_hook=str), log_beside(path))
    except OSError:
        return False
    return True


def main() -> int:
    order = msgspec.json.decode(sys.stdin.buffer.read(), type=Order, dec_hook=lambda type_, value: Path(value))
    use = using(order.cache_dir)
    trim(log_beside(database_path(order.cache_dir)))
    with suppress(OSError, AttributeError):
        os.nice(10)
    limit = threading.Timer(order.limit_s, _stop, (order.limit_s,))
    limit.daemon = True
    limit.start()
    note(f"started for {', '.join(order.namespaces) or 'what every image needs'}")
    try:
        failed = _refreshed(order)
    except (Error, OSError) as error:
        note(f"ended: {error}")
        return 3
    finally:
        if use:
            use.close()
    note("ended" if not failed else f"ended; {failed} failed")
    return 0


def _refreshed(order: Order) -> int:
    """Refreshes, and returns how many feeds failed."""
    from careen.app.regression_guard import build_is_affected
    from careen.app.wiring import advisory_sources, fetcher_of
    from careen.database.update import finish
    from careen.plugins import use_folder

    for folder in order.plugins:
        use_folder(folder)
    settings = Settings(**{name: getattr(order, name) for name in _SETTINGS})
    sources = [source for source in advisory_sources() if source.on_demand]
    need = Need(frozenset(order.namespaces))
    _take_published(settings, need, sources)
    result = finish(order.cache_dir, sources, need, fetcher_of(settings), build_is_affected(), mirror_at=order.db_from)
    if result is None:
        note("another process does it already")
        return 0
    for feed in result.feeds:
        if feed.state in ("updated", "failed"):
            note(f"{feed.path}: {feed.state}{f', {feed.detail}' if feed.detail else ''}")
    return len(result.failed)


def _take_published(settings: Settings, need: Need, sources: Sequence[AdvisorySource]) -> None:
    from careen.app.publications import addresses, bring

    if settings.db_from or not addresses(settings):
        return
    feeds = {feed.key for source in sources for feed in source.feeds(need, lambda name: ())}
    try:
        brought = bring(settings, need.namespaces or frozenset(), feeds, insist=True)
    except Error as error:
        note(f"the published database could not be used: {error}")
        return
    if brought and brought.taken:
        note(f"{brought.taken.layers} layers of the published database taken")


def _stop(limit_s: float) -> None:
    """Ends the process at its time limit. An update may be interrupted at any point without loss."""
    note(f"ended at its time limit of {limit_s:g} s; the next one continues")
    os._exit(3)


if __name__ == "__main__":
    sys.exit(main())
