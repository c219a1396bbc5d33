"""Knowledge bases of code: built from the indexes that this machine is configured for, and asked about files."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from careen.app.cachefolder import cache_folder
from careen.app.wiring import fetcher_of
from careen.config import Settings
from careen.errors import InputError, UsageError
from careen.log import logger
from careen.plugins import Progress, silent

if TYPE_CHECKING:
    from careen.origin.collect import Skipped
    from careen.origin.identify import Identified
    from careen.origin.knowledge import Knowledge
    from careen.pipeline.origin import Base, Search

log = logger(__name__)

MAX_FILE_BYTES = 256 << 20
SHIPPED = Path(__file__).parents[1] / "origin" / "base"
CORE = "origin/core"  # below the cache folder
MANIFEST = "manifest.json"


def search_of(settings: Settings) -> "Search | None":
    """What an image's unexplained code is compared with; None: it is not looked for.

    Raises UsageError if the user asks for it, and numpy is not installed.
    """
    from careen.pipeline.origin import Search

    if "origin" not in settings.scanners:
        return None
    if find_spec("numpy") is None:
        if settings.origin_kb or settings.scanners != Settings(cache_dir=settings.cache_dir).scanners:
            _check_installed()
        return Search(reduced=True)
    core = cache_folder(settings) / CORE
    own = [_base(SHIPPED, proven=True, small=True)] if (SHIPPED / MANIFEST).is_file() else []
    pulled = [_base(core)] if (core / MANIFEST).is_file() else []
    return Search((*own, *pulled, *(_base(folder) for folder in settings.origin_kb)))


def _base(folder: Path, *, proven: bool = False, small: bool = False) -> "Base":
    from careen.pipeline.origin import Base

    try:
        key = hashlib.sha256((folder / MANIFEST).read_bytes()).hexdigest()
    except OSError as error:
        raise InputError(
            f"{folder}: not a knowledge base: {error.strerror}", "careen origin build --kb DIR makes one"
        ) from None

    def opened() -> "Knowledge":
        from careen.origin.knowledge import open_base

        return open_base(folder)

    return Base(key, opened, proven, small)


def build_base(
    folder: Path, sources: Sequence[str], settings: Settings, *, versions: int, sampling: int, progress: Progress = silent
) -> "tuple[Knowledge, tuple[Skipped, ...]]":
    """Writes the base of these sources into a folder; gives it, and what is not in it."""
    _check_installed()
    from careen.origin.collect import collect, spec_of
    from careen.origin.knowledge import write_base

    specs = [spec_of(text) for text in sources]
    try:
        base, skipped = collect(
            folder, specs, fetcher_of(settings), most_versions=versions, sampling=sampling, progress=progress
        )
        write_base(folder, base)
    except OSError as error:
        raise InputError(f"{error.filename or folder}: {error.strerror or error}", "--kb names another folder") from None
    return base, skipped


def knowledge_base(folder: Path) -> "Knowledge":
    """Raises InputError if there is none, or it is damaged."""
    _check_installed()
    from careen.origin.knowledge import open_base

    try:
        return open_base(folder)
    except ValueError as error:
        raise InputError(str(error), "careen origin build --kb DIR makes one") from None


def identify_path(path: Path, base: "Knowledge", *, deep: bool = False) -> "Identified":
    """The origin of a file, or of all files below a folder; links are not followed."""
    from careen.origin.identify import identify

    return identify(base, _files(path), deep=deep)


def _files(root: Path) -> Iterator[tuple[str, bytes]]:
    if root.is_file():
        yield root.name, _content(root)
        return
    if not root.is_dir():
        raise InputError(f"{root}: no such file or folder")
    for place, folders, names in os.walk(root):
        folders[:] = sorted(folder for folder in folders if folder != ".git")
        for name in sorted(names):
            path = Path(place, name)
            if not path.is_symlink() and path.is_file():
                yield path.relative_to(root).as_posix(), _content(path)


def _content(path: Path) -> bytes:
    """Empty, with a warning, if the file is too large or cannot be read: then it counts as unidentified."""
    try:
        if path.stat().st_size <= MAX_FILE_BYTES:
            return path.read_bytes()
        log.warning("%s is not read: it is over %d MiB", path, MAX_FILE_BYTES >> 20)
    except OSError as error:
        log.warning("%s cannot be read: %s", path, error.strerror)
    return b""


def _check_installed() -> None:
    try:
        import numpy  # noqa: F401
    except ImportError:
        raise UsageError("the origin of code needs numpy", "pip install 'careen[origin]'") from None
