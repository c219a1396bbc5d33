"""The content of the cache folder, by kind, and its removal by last use.

The current database is never removed, nor the files that protect it from being replaced by an older one. Files that
another process may need stay too: while one uses the folder, everything used within a day; while one updates the
database, everything beside it.
Raises: UsageError if other users can write to the folder.
"""

import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Literal, get_args

from msgspec import Struct

from careen.app.cachefolder import refuse_untrusted
from careen.config import Settings
from careen.safety.cache_limits import CacheLimits, cache_limits, parse_size
from careen.store.entries import Entry, entries_of, remove_entries
from careen.store.folder import Kept, kept_in, remove
from careen.store.use import NAME, is_used

Kind = Literal["images", "exports", "layers", "archive", "kept", "scores", "partial", "logs", "database", "other"]
Why = Literal["updating", "in_use", "changed"]
KINDS: tuple[Kind, ...] = get_args(Kind)
REMOVABLE: tuple[Kind, ...] = ("images", "exports", "layers", "archive", "kept", "scores", "partial", "logs")
DAY_S = 24 * 3600.0
OLD_DAYS = 30.0  # the default of ``prune``
_LAYERS = "layers.sqlite"
_SIDES = (".seal", ".journal", ".part", "-wal", "-shm")  # endings of files that belong to another file


class Holding(Struct, frozen=True):
    """The content of one kind: ``count`` blobs, layers or databases. ``oldest`` and ``last``: the first and the last time at
    which one of them was used, in seconds since 1970; 0 if unknown.
    """

    kind: Kind
    count: int
    size: int
    oldest: float
    last: float
    removable: bool


class Cache(Struct, frozen=True):
    folder: Path
    holdings: tuple[Holding, ...]
    limits: CacheLimits

    @property
    def size(self) -> int:
        return sum(holding.size for holding in self.holdings)


class Freed(Struct, frozen=True):
    kind: Kind
    count: int
    size: int


class Left(Struct, frozen=True):
    """Items that should have been removed, but stay. ``updating``: another process changes the database; ``in_use``:
    one uses the folder; ``changed``: the item was used or removed in the meantime.
    """

    kind: Kind
    count: int
    size: int
    why: Why


class Pruned(Struct, frozen=True):
    folder: Path
    freed: tuple[Freed, ...]
    left: tuple[Left, ...]
    dry_run: bool = False


class _Item(Struct, frozen=True, gc=False):
    """Files that are removed together, or an entry of the store of layers."""

    kind: Kind
    size: int
    used: float
    files: tuple[Kept, ...] = ()
    entry: Entry | None = None


def cache_contents(settings: Settings) -> Cache:
    folder = refuse_untrusted(settings).cache_dir
    found: dict[Kind, list[_Item]] = defaultdict(list)
    for item in _items(folder):
        found[item.kind].append(item)
    holdings = (_holding(kind, found[kind]) for kind in KINDS if kind in found)
    return Cache(folder, tuple(holdings), cache_limits(settings.cache_max_size))


def prune_cache(
    settings: Settings,
    kinds: Collection[Kind] = (),
    *,
    older_than_days: float | None = None,
    max_size: int | None = None,
    dry_run: bool = False,
) -> Pruned:
    """Removes items of these kinds (all if empty) that were not used for ``older_than_days``, then the least recently used
    until at most ``max_size`` bytes are left. Without either, removes items that were not used for 30 days and, if no kind
    is given, those beyond ``cache_max_size``.
    """
    folder = refuse_untrusted(settings).cache_dir
    items = [item for item in _items(folder) if not kinds or item.kind in kinds]
    if older_than_days is None and max_size is None:
        older_than_days = OLD_DAYS
        max_size = parse_size(settings.cache_max_size) if settings.cache_max_size and not kinds else None
    now = time.time()
    going = _going(items, now, older_than_days, max_size)
    with ExitStack() as stack:
        return _removed(folder, going, now, _is_updating(folder, stack), dry_run)


def _going(items: list[_Item], now: float, older_than_days: float | None, max_size: int | None) -> list[_Item]:
    """The items to remove, the least recently used first."""
    ordered = sorted((item for item in items if item.kind in REMOVABLE), key=lambda item: item.used)
    old = 0 if older_than_days is None else sum(now - item.used >= older_than_days * DAY_S for item in ordered)
    if older_than_days == 0:  # also files with a date in the future, from a wrong clock
        old = len(ordered)
    total = sum(item.size for item in items) - sum(item.size for item in ordered[:old])
    while max_size is not None and total > max_size and old < len(ordered):
        total -= ordered[old].size
        old += 1
    return ordered[:old]


def _removed(folder: Path, going: list[_Item], now: float, updating: bool, dry_run: bool) -> Pruned:
    used = is_used(folder)
    free: list[_Item] = []
    left: dict[tuple[Kind, Why], list[_Item]] = defaultdict(list)
    for item in going:
        if updating and any(file.path.startswith("database/") for file in item.files):
            left[item.kind, "updating"].append(item)
        elif used and abs(now - item.used) < DAY_S and item.kind not in ("kept", "logs"):
            left[item.kind, "in_use"].append(item)
        else:
            free.append(item)
    gone: dict[Kind, list[_Item]] = defaultdict(list)
    for item in free:
        if not item.entry:
            done = dry_run or sum(remove(folder, file) for file in item.files) > 0
            (gone[item.kind] if done else left[item.kind, "changed"]).append(item)
    freed = [Freed(kind, len(found), sum(item.size for item in found)) for kind, found in gone.items()]
    stays = [Left(kind, len(found), sum(item.size for item in found), why) for (kind, why), found in left.items()]
    if entries := [item.entry for item in free if item.entry]:
        layers = Freed("layers", len(entries), _size(entries)) if dry_run else _forgotten(folder / _LAYERS, entries)
        if isinstance(layers, Freed):
            freed.append(layers)
        else:
            stays.append(layers)
    freed.sort(key=lambda entry: KINDS.index(entry.kind))
    return Pruned(folder, tuple(freed), tuple(stays), dry_run)


def _forgotten(path: Path, entries: list[Entry]) -> Freed | Left:
    """Removes entries of a store. The freed size is the change of the file's size, which shrinks only if no other
    process has it open.
    """
    import sqlite3

    before = _size_with_sides(path)
    try:
        count = remove_entries(path, entries)
    except sqlite3.Error:  # another process writes to it all the time
        return Left("layers", len(entries), _size(entries), "in_use")
    return Freed("layers", count, max(0, before - _size_with_sides(path)))


def _size(entries: list[Entry]) -> int:
    return sum(entry.size for entry in entries)


def _size_with_sides(path: Path) -> int:
    files = (path, *(path.with_name(path.name + side) for side in ("-wal", "-shm")))
    return sum(file.stat().st_size for file in files if file.is_file())


def _is_updating(folder: Path, stack: ExitStack) -> bool:
    """Whether another process changes the database or downloads for it. No other process can begin until the stack is left."""
    from careen.database.lock import exclusive

    locks = [folder / "database" / name for name in ("lock", "partial.lock", "refresh.lock")]
    held = [not stack.enter_context(exclusive(lock, 0)) for lock in locks if lock.is_file()]
    return any(held)


def _items(folder: Path) -> Iterator[_Item]:
    groups: dict[tuple[Kind, str], list[Kept]] = defaultdict(list)
    for file in kept_in(folder):
        if file.path != NAME:
            groups[_kind(file.path), _without_side(file.path)].append(file)
    for (kind, name), files in groups.items():
        entries = _entries(folder / name) if kind == "layers" else None
        if entries is None:
            yield _Item(kind, sum(file.size for file in files), max(file.used for file in files), tuple(files))
        else:
            yield from (_Item("layers", entry.size, entry.used, entry=entry) for entry in entries)


def _entries(path: Path) -> list[Entry] | None:
    """The entries of a store; [] if another process uses it, so that nothing of it is removed. None if the store is damaged, a
    link or not a store: it is then one item, which is removed as a file.
    """
    import sqlite3

    try:
        return None if path.is_symlink() else entries_of(path)
    except sqlite3.OperationalError as error:
        busy = (error.sqlite_errorcode & 0xFF) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
        return [] if busy else None
    except (sqlite3.Error, TypeError, ValueError):
        return None


def _kind(path: str) -> Kind:
    top, _, rest = path.partition("/")
    name = path.rpartition("/")[2]
    if top in ("blobs", "exports") and rest:
        return "partial" if name.startswith(".part-") else "images" if top == "blobs" else "exports"
    if top == "archive" and rest:
        return "archive"
    if not rest:
        return "layers" if _without_side(path) == _LAYERS else "other"
    if top != "database":
        return "other"
    inner = rest.partition("/")[0]
    if inner == "partial" or inner.startswith("fetching.") or name.endswith((".coming", ".copying")):
        return "partial"
    if inner == "kept":
        return "kept"
    if _without_side(rest) == "cve.sqlite":
        return "scores"
    return "logs" if rest.endswith(".log") else "database"


def _without_side(path: str) -> str:
    for side in _SIDES:
        path = path.removesuffix(side)
    return path


def _holding(kind: Kind, items: Iterable[_Item]) -> Holding:
    found = list(items)
    used = [item.used for item in found]
    return Holding(
        kind, len(found), sum(item.size for item in found), min(used, default=0), max(used, default=0), kind in REMOVABLE
    )
