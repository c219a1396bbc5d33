"""Finds and reads the files of a source tree that can be checked, within bounds; a file that cannot be read is an Unknown.

Links are not followed: one to a file or folder that is not read either is an Unknown. Folders of third-party code and of
version control are skipped. A file that the user names is read whatever its name.
Raises: InputError for a path that does not exist.
"""

import os
import posixpath
import re
import stat
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from careen.charts.files import PACKED
from careen.errors import InputError
from careen.formats.data.unicode_bytes import as_utf8
from careen.formats.dockerfile.file_names import SKIPPED
from careen.formats.services.shell_starts import starts_containers
from careen.model.excluded import Excluded
from careen.model.inventory import Unknown
from careen.model.package import Evidence

from .kind import SourceFile
from .kinds import may_be_checked
from .terraform_kind import is_fetched

MAX_BYTES = 16 * 1024 * 1024
MAX_SNIFFED = 8192
MAX_TOTAL_BYTES = 512 * 1024 * 1024
MAX_FILES = 50_000
MAX_ENTRIES = 2_000_000
_FROM = re.compile(rb"(?im)^[ \t]*+FROM[ \t]++\S")
LINK = "a symbolic link, which is not followed"
FETCHED = ".terraform"  # where terraform init puts modules, of which only the configuration is read
_FETCHED_SKIPPED = frozenset(("examples", "test", "tests", "wrappers"))


class Found(Struct, frozen=True):
    """The files of a source tree that were read. ``packed``: archives that may be Helm charts, each with whether the user
    named it; ``helm`` reads them."""

    files: tuple[SourceFile, ...]
    unknowns: tuple[Unknown, ...]
    packed: tuple[tuple[Path, bool], ...] = ()


def find_files(paths: Sequence[str], exclude: Sequence[str] = ()) -> Found:
    """Finds and reads the files at these paths. Paths below the working folder become relative to it. ``exclude``:
    patterns of places in folders to leave out."""
    excluded = Excluded(exclude)
    files: dict[str, SourceFile] = {}
    unknowns: list[Unknown] = []
    total = 0
    packed: dict[Path, bool] = {}
    passed: list[tuple[Path, str]] = []
    for path, named in _candidates(paths, excluded, passed):
        if path is not None and path.name.endswith(PACKED):
            packed.setdefault(path, named)
            continue
        name = shown(path) if path is not None else "stdin"
        if name in files:
            continue
        if len(files) >= MAX_FILES or total > MAX_TOTAL_BYTES:
            why = "this file and all after it are not checked: over the limit of files or bytes of one run"
            unknowns.append(Unknown("files", Evidence(name, 0), why, whole_layer=True))
            break
        try:
            text = _text(path) if path is not None else _standard_input()
        except (OSError, ValueError) as error:
            why = "not UTF-8 text" if isinstance(error, UnicodeDecodeError) else getattr(error, "strerror", None) or str(error)
            unknowns.append(Unknown("files", Evidence(name, 0), why, whole_layer=named))
            continue
        total += len(text)
        if path is None and re.search(r"(?m)^(?:apiVersion|services|include)\s*:", text):
            name = "stdin.yaml"
        elif path is None and starts_containers(text):
            name = "stdin.sh"
        files[name] = SourceFile(name, text, _ignored(path) if path is not None else None, named)
    unknowns += _not_followed(passed, paths, files)
    return Found(tuple(files.values()), (*unknowns, *excluded.unknowns()), tuple(packed.items())[:MAX_FILES])


def _not_followed(passed: Iterable[tuple[Path, str]], paths: Sequence[str], read: Iterable[str]) -> Iterator[Unknown]:
    """The Unknowns of the places that were passed over, without links to what is read in its own place."""
    known = {os.path.realpath(name) for name in read} if passed else set()
    roots = [os.path.realpath(path) for path in paths if path != "-"] if passed else []
    for path, why in passed:
        target = Path(os.path.realpath(path))
        inside = target.is_dir() and any(target.is_relative_to(root) for root in roots)
        if str(target) not in known and not inside and (target.exists() or why != LINK):
            yield Unknown("files", Evidence(shown(path), 0), why)


def shown(path: Path) -> str:
    """The path with slashes, relative to the working folder if it is below."""
    whole = Path(os.path.normpath(Path.cwd() / path))
    try:
        whole = whole.relative_to(Path.cwd())
    except ValueError:
        pass
    return whole.as_posix()


def _candidates(paths: Iterable[str], excluded: Excluded, passed: list[tuple[Path, str]]) -> Iterator[tuple[Path | None, bool]]:
    """The files at these paths, each with whether the user named it; None is standard input. Appends to ``passed`` what
    is passed over, and why."""
    for text in paths:
        path = Path(text)
        if text == "-":
            yield None, True
        elif path.is_dir():
            yield from ((file, False) for file in _below(path, excluded, passed))
        elif path.exists():
            yield path, True
        else:
            raise InputError(f"{text} does not exist", "careen check takes files and folders")


def _below(folder: Path, excluded: Excluded, passed: list[tuple[Path, str]]) -> Iterator[Path]:
    def unreadable(error: OSError) -> None:
        passed.append((Path(error.filename), error.strerror or str(error)))

    entries = 0
    for place, folders, names in os.walk(folder, onerror=unreadable):
        inside = Path(place).relative_to(folder)
        fetched = FETCHED in inside.parts
        folders[:] = sorted(
            name
            for name in folders
            if name not in SKIPPED
            and not (fetched and name in _FETCHED_SKIPPED)
            and (inside.name != FETCHED or name == "modules")
            and not excluded.covers((inside / name).as_posix())
        )
        passed += [(path, LINK) for name in folders if not fetched and (path := Path(place, name)).is_symlink()]
        entries += len(names)
        if entries > MAX_ENTRIES:
            raise InputError(f"{folder} has more than {MAX_ENTRIES:,} files", "name the folders to check")
        for name in sorted(names):
            path = Path(place, name)
            wanted = (is_fetched if fetched else may_be_checked)(name) or (name.endswith(PACKED) and not fetched)
            if not wanted or excluded.covers((inside / name).as_posix()):
                continue
            if not path.is_symlink():
                yield path
            elif not fetched:
                passed.append((path, LINK))


def _text(path: Path) -> str:
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise ValueError("not a regular file")
    if status.st_size > MAX_BYTES:
        raise ValueError(f"larger than {MAX_BYTES >> 20} MiB")
    with path.open("rb") as stream:
        data = as_utf8(stream.read(MAX_BYTES + 1))  # YAML may be in UTF-16
    if b"\0" in data[:MAX_SNIFFED] and not _FROM.search(data):  # a builder reads a Dockerfile with a NUL in a comment
        raise ValueError("not UTF-8 or UTF-16 text")
    # Scripts and Dockerfiles may have an old encoding; YAML and JSON may not (a UnicodeDecodeError is a ValueError).
    return data.decode("utf-8", "strict" if path.suffix.lower() in (".yaml", ".yml", ".json") else "replace")


def _standard_input() -> str:
    data = sys.stdin.buffer.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise ValueError(f"larger than {MAX_BYTES >> 20} MiB")
    return as_utf8(data).decode("utf-8")


def _ignored(path: Path) -> tuple[str, ...] | None:
    """The lines of the ``.dockerignore`` for this Dockerfile, or of the one in its folder; None if there is none.

    **Source:** Docker build, "Build context", filename and location.
    """
    if not may_be_checked(path.name) or posixpath.splitext(path.name)[1] in (".yaml", ".yml", ".json"):
        return None
    for name in (f"{path.name}.dockerignore", ".dockerignore", ".containerignore"):
        try:
            return tuple(_text(path.with_name(name)).splitlines())
        except (OSError, ValueError):
            continue
    return None
