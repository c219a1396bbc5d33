"""Digests of the installed files that affect what is read and matched, independent of paths and times.

A wheel has its digests in ``contents.txt``, made by ``hatch_build.py``; a source tree stores them in ``__pycache__``.
They only save time: a file with another size or time than recorded is hashed. Only the standard library is used,
since builds import this module.

A line of such a record is ``DIGEST SIZE CHANGED PATH``: ``CHANGED`` are the times of the file when it was hashed,
``-`` in a wheel, which is unpacked at another time.
"""

import hashlib
import os
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from typing import NamedTuple

PACKAGES = (
    "behaviour",
    "catalogers",
    "database",
    "details",
    "distributions",
    "formats",
    "images",
    "layers",
    "licences",
    "matching",
    "model",
    "origin",
    "output",
    "pipeline",
    "safety",
    "secrets",
    "versions",
)
BUILT = "contents.txt"
ROOT = os.path.dirname(os.path.abspath(__file__))
UNPACKED_TOGETHER_NS = 2_000_000_000  # a file of a wheel that is newer than its record by more was changed
SETTLED_NS = 2_000_000_000  # a file that changed later may change again within the same tick of the clock


class Contents(NamedTuple):
    """The digests of an installation. ``built``: every file is as it was when the wheel was built."""

    digests: dict[str, str]  # by path below the package
    built: bool
    key: str  # one digest of all


@cache
def contents() -> Contents:
    """The digests of this installation, which does not change while it runs."""
    record = f"{ROOT}/{BUILT}"
    if os.path.exists(record):
        return _compared(ROOT, record)
    return _remembered(ROOT)


def record_of(root: str) -> str:
    """The content of ``contents.txt`` for the package in a folder."""
    return "".join(f"{digest_of(f'{root}/{path}')} {status.st_size} - {path}\n" for path, status in sorted(_files(root)))


def outside() -> str:
    """The digest of plugins that are not Careen's own; their files are read in each call."""
    found = {}
    for package in PACKAGES:
        module = sys.modules.get(f"careen.{package}")  # else no folder was added to it
        for number, folder in enumerate([*module.__path__][1:] if module else ()):
            for path, _ in _below(folder, ""):
                found[f"{package} {number} {path}"] = digest_of(f"{folder}/{path}")
    return _of_all(found)


def is_noted(name: str, key: str) -> bool:
    """Whether ``note`` was called with this key before, in this source tree or installation."""
    with suppress(OSError), open(_note(name)) as file:
        return file.read() == key
    return False


def note(name: str, key: str) -> None:
    """Records that a statement, whose name is ``name``, is true for the content with this key. It only saves time."""
    _write(_note(name), key)


def _note(name: str) -> str:
    return f"{ROOT}/__pycache__/{name}"


def _compared(root: str, record: str) -> Contents:
    known = {path: (digest, size) for digest, size, _, path in _lines(record)}
    until = os.stat(record).st_mtime_ns + UNPACKED_TOGETHER_NS
    found = {}
    for path, status in _files(root):
        digest, size = known.get(path, ("", ""))
        is_known = size == str(status.st_size) and status.st_mtime_ns <= until
        found[path] = digest if is_known else digest_of(f"{root}/{path}")
    return Contents(found, found == {path: digest for path, (digest, _) in known.items()}, _of_all(found))


def _remembered(root: str) -> Contents:
    place, settled = _note(BUILT), time.time_ns() - SETTLED_NS
    known = {(path, size, changed): digest for digest, size, changed, path in _lines(place)}
    found, kept = {}, {}
    for path, status in _files(root):
        name = (path, str(status.st_size), f"{status.st_mtime_ns}/{status.st_ctime_ns}")
        found[path] = known.get(name) or digest_of(f"{root}/{path}")
        if max(status.st_mtime_ns, status.st_ctime_ns) < settled:
            kept[name] = found[path]
    if kept != known:
        _write(place, "".join(f"{digest} {size} {changed} {path}\n" for (path, size, changed), digest in kept.items()))
    return Contents(found, False, _of_all(found))


def _lines(place: str) -> Iterator[list[str]]:
    with suppress(OSError, ValueError), open(place, encoding="utf-8") as file:
        for line in file.read().splitlines():
            parts = line.split(" ", 3)
            if len(parts) == 4:
                yield parts


def _files(root: str) -> Iterator[tuple[str, os.stat_result]]:
    with os.scandir(root) as entries:
        for entry in entries:
            if entry.name.endswith(".py"):
                yield entry.name, entry.stat()
    for package in PACKAGES:
        yield from _below(f"{root}/{package}", f"{package}/")


def _below(folder: str, prefix: str, links: tuple[str, ...] = ()) -> Iterator[tuple[str, os.stat_result]]:
    """Every file with its path, except compiled and hidden ones. ``links`` are the folders that links led to."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith((".", "__pycache__")):
                continue
            if entry.is_file():
                yield f"{prefix}{entry.name}", entry.stat()
            elif entry.is_dir():
                followed = (*links, os.path.realpath(entry.path)) if entry.is_symlink() else links
                if len(set(followed)) == len(followed):  # else the links form a circle
                    yield from _below(entry.path, f"{prefix}{entry.name}/", followed)


def digest_of(path: str | os.PathLike[str]) -> str:
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()[:32]


def _of_all(digests: dict[str, str]) -> str:
    return hashlib.sha256("".join(f"{digests[path]} {path}\n" for path in sorted(digests)).encode()).hexdigest()


def _write(place: str, text: str) -> None:
    """Writes a file completely or not at all; without an error if the folder is read-only."""
    aside = f"{place}.{os.getpid()}"
    with suppress(OSError):
        os.makedirs(os.path.dirname(place), exist_ok=True)
        try:
            with open(aside, "w", encoding="utf-8") as file:
                file.write(text)
            os.replace(aside, place)
        finally:
            with suppress(OSError):
                os.unlink(aside)
