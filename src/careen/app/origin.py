"""Knowledge bases of code: built from the indexes that this machine is configured for, and used to identify files."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from careen.app.cachefolder import cache_folder
from careen.app.wiring import fetcher_of
from careen.config import Settings
from careen.errors import InputError, UsageError
from careen.log import logger
from careen.plugins import Fetcher, Progress, silent

if TYPE_CHECKING:
    from careen.origin.collect import Skipped
    from careen.origin.identify import Identified
    from careen.origin.knowledge import Knowledge
    from careen.pipeline.origin import Base, Search

log = logger(__name__)

MAX_FILE_BYTES = 256 << 20
SHIPPED = Path(__file__).parents[1] / "origin" / "base"
CORE = "origin/core"  # relative to the cache folder
MANIFEST = "manifest.json"


def search_of(settings: Settings) -> "Search | None":
    """The search for the origin of an image's unexplained code; None if it is not requested.

    Without numpy there is no search, and the coverage states this. Raises UsageError if the user requested it.
    """
    from careen.pipeline.origin import Search

    if "origin" not in settings.scanners and not settings.origin_kb:
        return None
    is_asked = bool(settings.origin_kb) or settings.scanners != Settings(cache_dir=settings.cache_dir).scanners
    if find_spec("numpy") is None:
        if is_asked:
            _check_installed()
        return Search(reduced=True)
    bases = tuple(
        _base(folder, is_trusted=_is_trusted(folder, settings), small=folder == SHIPPED) for folder in folders_of(settings)
    )
    return Search(bases, asked=is_asked)


def folders_of(settings: Settings) -> tuple[Path, ...]:
    """The knowledge bases that code is compared with, the shipped one first."""
    ours = (SHIPPED, cache_folder(settings) / CORE)
    return (*(folder for folder in ours if (folder / MANIFEST).is_file()), *settings.origin_kb)


def _is_trusted(folder: Path, settings: Settings) -> bool:
    if folder == SHIPPED:
        return True
    from careen.app.knowledge_transfer import is_trusted

    return is_trusted(folder, settings)


def _base(folder: Path, *, is_trusted: bool = False, small: bool = False) -> "Base":
    from careen.pipeline.origin import Base

    try:
        key = hashlib.sha256((folder / MANIFEST).read_bytes()).hexdigest()
    except OSError as error:
        raise InputError(
            f"{folder}: not a knowledge base: {error.strerror}", "careen origin build --kb DIR makes one"
        ) from None

    @cache
    def opened() -> "Knowledge":
        from careen.origin.knowledge import open_base

        return open_base(folder, is_trusted=is_trusted)

    return Base(key, opened, is_trusted, small)


def build_base(
    folder: Path, sources: Sequence[str], settings: Settings, *, versions: int, sampling: int, progress: Progress = silent
) -> "tuple[Knowledge, tuple[Skipped, ...]]":
    """Writes the base of these sources into a folder. Returns it, and what was skipped."""
    _check_installed()
    from careen.origin.collect import collect, spec_of
    from careen.origin.knowledge import write_base

    specs = [spec_of(text) for text in sources]
    try:
        base, skipped = collect(
            folder,
            specs,
            fetcher_of(settings),
            of_apt=_signed(settings),
            most_versions=versions,
            sampling=sampling,
            progress=progress,
        )
        write_base(folder, base)
    except OSError as error:
        raise InputError(f"{error.filename or folder}: {error.strerror or error}", "choose another folder with --kb") from None
    return base, skipped


def _signed(settings: Settings) -> Fetcher:
    """A fetcher for archives in which a signature verifies every file, so that they need no TLS."""
    from careen.net import NetSettings, make_fetcher

    return make_fetcher(NetSettings(timeout_s=settings.timeout_s, ca_file=settings.ca_file, plain_http=("*",)))


def merge_bases(folder: Path, sources: Sequence[Path], settings: Settings) -> "Knowledge":
    """Merges several bases into one in a folder. Raises InputError."""
    from careen.origin.knowledge import write_base
    from careen.origin.merging import merged

    try:
        base = merged([knowledge_base(source, settings) for source in sources])
        write_base(folder, base)
    except ValueError as error:
        raise InputError(str(error), "merge fewer of them, or look them up together: --kb A --kb B") from None
    except OSError as error:
        raise InputError(f"{error.filename or folder}: {error.strerror or error}", "choose another folder with --kb") from None
    return base


def knowledge_bases(folders: Sequence[Path], settings: Settings) -> "Knowledge":
    """Several bases as one, for look-ups. Raises InputError."""
    bases = [knowledge_base(folder, settings) for folder in folders]
    from careen.origin.merging import joined

    try:
        return joined(bases)
    except ValueError as error:
        raise InputError(str(error), "look fewer of them up together") from None


def knowledge_base(folder: Path, settings: Settings) -> "Knowledge":
    """The base in a folder. Raises InputError if there is none, or it is damaged."""
    _check_installed()
    from careen.origin.knowledge import open_base

    try:
        return open_base(folder, is_trusted=_is_trusted(folder, settings))
    except ValueError as error:
        raise InputError(str(error), "careen origin build --kb DIR makes one") from None


class Stats(Struct, frozen=True):
    """Figures of a knowledge base. ``uncovered_cves``: how many of the CVEs that no feed of packages covers are of the base's
    projects, and how many there are in all."""

    projects: int
    versions: int
    fixes: int
    size_bytes: int
    sampling: int
    features: dict[str, int]
    trusted: bool
    uncovered_cves: tuple[int, int]


def stats_of(folder: Path, base: "Knowledge") -> Stats:
    from careen.origin.coverage import covered
    from careen.origin.knowledge import size_of

    return Stats(
        projects=len(base.projects),
        versions=sum(len(project.versions) for project in base.projects),
        fixes=len({(fix.project, fix.cve) for fix in base.fixes}),
        size_bytes=size_of(folder),
        sampling=base.sampling,
        features={family: int(found.size) for family, found in base.postings.items()},
        trusted=base.is_trusted,
        uncovered_cves=covered(base),
    )


def identify_path(path: Path, base: "Knowledge", *, deep: bool = False, few_versions: bool = False) -> "Identified":
    """Identifies a file, or all files below a folder; links are not followed. ``few_versions``: the base is the shipped one."""
    from careen.origin.component import of_few_versions
    from careen.origin.identify import identify

    found = identify(base, _files(path), deep=deep)
    if not few_versions:
        return found
    return replace(found, components=tuple(map(of_few_versions, found.components)))


def _files(root: Path) -> Iterator[tuple[str, bytes]]:
    if root.is_file():
        if _is_tar(root):
            raise InputError(
                f"{root} is an archive: only files and folders are read",
                f"unpack it; of an image: careen scan {root} --scanners vuln,origin, and careen inventory {root}",
            )
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


def _is_tar(path: Path) -> bool:
    with suppress(OSError), path.open("rb") as file:
        return file.read(262)[257:] == b"ustar"
    return False


def _content(path: Path) -> bytes:
    """The content of a file. Empty, with a warning, if it is too large or cannot be read: it then counts as unidentified."""
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
