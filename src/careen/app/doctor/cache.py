"""The cache folder: whether it is trusted and writable, its size, and which processes work in it."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from careen.config import Settings

from .line import Line, note, ok, problem

LEAST_BYTES = 2 << 30  # a database and the layers of an image


def cache_lines(settings: Settings) -> Iterator[Line]:
    from careen.store.trust import distrust

    folder = settings.cache_dir
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        advice = "set CAREEN_CACHE_DIR to a folder of your own"
        yield problem("cache", "cache_unusable", f"{folder} cannot be written: {error.strerror}", advice)
        return
    found = None if settings.trust_cache else distrust(folder)
    if found:
        cure = found.cure or "set CAREEN_CACHE_DIR to a folder of your own"
        yield problem("cache", "cache_untrusted", f"{folder} is not used: {found.why}", cure)
        return
    mode = f", mode {folder.stat().st_mode & 0o777:o}" if os.name == "posix" else ""
    yield ok("cache", "cache", f"{folder} is yours{mode}")
    yield from _space(folder, settings)
    yield _lock(folder)


def _space(folder: Path, settings: Settings) -> Iterator[Line]:
    from careen.app.caching import cache_contents

    held = cache_contents(settings)
    size = sum(holding.size for holding in held.holdings)
    yield ok("cache", "cache_size", f"it holds {_shown(size)}")
    free = shutil.disk_usage(folder).free
    if free < LEAST_BYTES:
        yield problem("cache", "disk_full", f"{_shown(free)} of disk are free", "careen cache prune --max-size 1G")
    else:
        yield ok("cache", "disk", f"{_shown(free)} of disk are free")


def _lock(folder: Path) -> Line:
    from careen.database.lock import exclusive

    place = folder / "database" / "lock"
    if not place.is_file():
        return ok("cache", "lock", "no update is running")
    with exclusive(place, 0.0) as held:
        if held:
            return ok("cache", "lock", "no update is running")
    return note("cache", "locked", "another process updates the advisories", "wait until it has ended; scans can run meanwhile")


def _shown(size: int) -> str:
    for unit, bytes in (("GB", 1 << 30), ("MB", 1 << 20)):
        if size >= bytes:
            return f"{size / bytes:,.1f} {unit}"
    return f"{size:,} bytes"
