"""Collects releases for a knowledge base, one archive at a time, so that an interrupted build goes on where it was.

A source is ``pypi:NAME[@VERSIONS]``, ``npm:NAME[@VERSIONS]`` or ``dir:PATH=NAME@VERSION``. The features of each release are
kept in ``DIR/parts``, under the digest of its archive; the same parts give the same base, whenever they were collected.
"""

import hashlib
import os
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from careen.errors import InputError, UsageError
from careen.plugins import Fetcher, Progress, silent
from careen.safety.typed import from_msgpack

from .building import Release, ReleaseReader, build
from .features import FAMILIES, LETTERS, TOKENS
from .fetch import npm, pypi
from .fetch.index import Archive, Listing, download
from .fetch.unpack import MAX_FILE_BYTES, files_in
from .knowledge import FORMAT, Knowledge, Project

Kind = Literal["pypi", "npm", "dir"]
_SPEC = re.compile(r"(?P<kind>pypi|npm|dir):(?P<name>@?[^@=\s]+)(?:=(?P<project>[^@\s]+))?(?:@(?P<versions>\S+))?")
# Parts of other rules are of no use.
RULES = hashlib.sha256(repr((FORMAT, FAMILIES, LETTERS, TOKENS)).encode()).hexdigest()[:12]


class Spec(Struct, frozen=True):
    kind: Kind
    name: str  # of the project; of ``dir`` the path
    project: str = ""  # of ``dir``
    versions: str = ""  # of ``dir`` the version; else versions or a prefix of them, separated by commas

    def __str__(self) -> str:
        project = f"={self.project}" if self.project else ""
        return f"{self.kind}:{self.name}{project}" + (f"@{self.versions}" if self.versions else "")


class Skipped(Struct, frozen=True):
    """A release, or a whole project (``is_project``), that is not in the base, and why."""

    what: str
    reason: str
    is_project: bool = False


def spec_of(text: str) -> Spec:
    match = _SPEC.fullmatch(text)
    if match is None or (match["kind"] == "dir") != bool(match["project"] and match["versions"]):
        raise UsageError(f"{text!r} is not a source", "write pypi:NAME, npm:NAME or dir:PATH=NAME@VERSION")
    return Spec(match["kind"], match["name"], match["project"] or "", match["versions"] or "")  # type: ignore[arg-type]


def collect(
    folder: Path,
    specs: Sequence[Spec],
    fetcher: Fetcher,
    *,
    most_versions: int = 20,
    sampling: int = 1,
    progress: Progress = silent,
) -> tuple[Knowledge, tuple[Skipped, ...]]:
    """The base of these projects; ``most_versions`` of each, spread over its history, the newest among them.

    What is not there, or cannot be read, is skipped and named. Raises NetworkError if a server fails: a base of fewer
    releases would look as if the others did not exist.
    """
    parts = folder / "parts" / RULES
    parts.mkdir(parents=True, exist_ok=True)
    skipped: list[Skipped] = []
    projects: dict[str, tuple[Project, list[Release]]] = {}
    for number, spec in enumerate(sorted(set(specs), key=str)):
        progress(f"reading {spec}", number, len(specs))
        found = _of_folder(spec) if spec.kind == "dir" else _of_index(spec, fetcher, parts, most_versions, skipped)
        if found is None:
            continue
        project, releases = found
        before = projects.get(project.name)
        projects[project.name] = found if before is None else _together(before, found)
        if not releases:
            skipped.append(Skipped(str(spec), "no release could be read", is_project=True))
    return build([pair for pair in projects.values() if pair[1]], sampling), tuple(skipped)


def _of_index(
    spec: Spec, fetcher: Fetcher, parts: Path, most: int, skipped: list[Skipped]
) -> tuple[Project, list[Release]] | None:
    list_of: Callable[[str, Fetcher], Listing] = pypi.listing if spec.kind == "pypi" else npm.listing
    try:
        found = list_of(spec.name, fetcher)
    except (InputError, ValueError) as error:
        skipped.append(Skipped(str(spec), str(error), is_project=True))
        return None
    archives = _spread([archive for archive in found.archives if _is_wanted(archive.version, spec.versions)], most)
    reader, releases = ReleaseReader(), []
    for archive in archives:
        try:
            releases.append(replace(_release(archive, fetcher, parts, reader), date=archive.date))
        except (InputError, ValueError) as error:
            skipped.append(Skipped(f"{spec.kind}:{spec.name}@{archive.version}", str(error)))
    versions = tuple(release.version for release in releases)
    return Project(f"{spec.kind}:{found.project}", versions, (found.purl,)), releases


def _release(archive: Archive, fetcher: Fetcher, parts: Path, reader: ReleaseReader) -> Release:
    part = parts / f"{archive.digest.replace(':', '-')}.part"
    try:
        return _read_part(archive.version, part)
    except (OSError, ValueError):  # not there yet, or damaged: it is made anew
        pass
    release = reader.read(archive.version, files_in(download(fetcher, archive)).items())
    _write_part(release, part)
    return release


def _spread(archives: Sequence[Archive], most: int) -> list[Archive]:
    """At most so many, at even steps, with the first and the newest."""
    if len(archives) <= most:
        return list(archives)
    if most == 1:
        return [archives[-1]]
    chosen = {round(index * (len(archives) - 1) / (most - 1)) for index in range(most)}
    return [archives[index] for index in sorted(chosen)]


def _is_wanted(version: str, asked: str) -> bool:
    return not asked or any(version == start or version.startswith(f"{start}.") for start in asked.split(","))


def _of_folder(spec: Spec) -> tuple[Project, list[Release]]:
    """Programs and libraries beside the sources are taken for builds of them."""
    release = ReleaseReader().read(spec.versions, _files_below(Path(spec.name)))
    return Project(spec.project, (spec.versions,)), [release]


def _files_below(root: Path) -> Iterator[tuple[str, bytes]]:
    """Of a folder, links not followed; or of one archive."""
    if root.is_file():
        yield from files_in(root.read_bytes()).items()
        return
    if not root.is_dir():
        raise InputError(f"{root}: no such folder or archive")
    for place, folders, names in os.walk(root):
        folders.sort()
        for name in sorted(names):
            path = Path(place, name)
            if path.is_file() and not path.is_symlink() and path.stat().st_size <= MAX_FILE_BYTES:
                yield path.relative_to(root).as_posix(), path.read_bytes()


def _together(one: tuple[Project, list[Release]], other: tuple[Project, list[Release]]) -> tuple[Project, list[Release]]:
    """A project that is named twice: its versions in the order of their numbers."""
    releases: dict[str, Release] = {}
    for release in (*one[1], *other[1]):
        before = releases.get(release.version, Release(release.version, {}))
        files = {**before.files, **release.files}
        date = before.date or release.date
        releases[release.version] = Release(release.version, files, date, (*before.builds, *release.builds))
    versions = tuple(sorted(releases, key=_natural))
    purls = tuple(dict.fromkeys((*one[0].purls, *other[0].purls)))
    return Project(one[0].name, versions, purls, one[0].cpes), [releases[version] for version in versions]


def _natural(version: str) -> list[tuple[int, int | str]]:
    return [(0, int(part)) if part.isdecimal() else (1, part) for part in re.findall(r"\d+|[a-z]+", version.lower())]


def _write_part(release: Release, path: Path) -> None:
    files = [*release.files.items(), *(("", features) for features in release.builds)]
    content = [(name, {family: hashes.tobytes() for family, hashes in features.items()}) for name, features in files]
    aside = path.with_suffix(f".{os.getpid()}")
    data = msgspec.msgpack.encode(content)
    aside.write_bytes(hashlib.sha256(data).digest() + data)
    aside.replace(path)


def _read_part(version: str, path: Path) -> Release:
    content = path.read_bytes()
    if hashlib.sha256(content[32:]).digest() != content[:32]:
        raise ValueError("damaged")
    try:
        files = from_msgpack(content[32:], list[tuple[str, dict[str, bytes]]])
    except msgspec.MsgspecError as error:
        raise ValueError(str(error)) from None
    found = [
        (name, {family: np.frombuffer(hashes, np.uint64) for family, hashes in features.items()}) for name, features in files
    ]
    return Release(
        version,
        {name: features for name, features in found if name},
        builds=tuple(features for name, features in found if not name),
    )
