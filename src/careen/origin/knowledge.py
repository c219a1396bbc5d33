"""A knowledge base: which versions of which projects have a feature.

A folder of arrays that are mapped into memory, little-endian:

    manifest.json   {format, sampling, files: {name: {size, sha256}}}; each file is kept as SHA256-NAME (16 digits)
    projects.json   [{name, purls, cpes, versions}], versions in the project's order
    paths.json      paths of files in projects; a file keeps its path from version to version
    atoms.bin       (project, path, first, last, then a count for each family): versions ``first`` to ``last`` of a project
                    have so many features of a family in this file, and no others of the project have them there
    FAMILY.bin      postings, sorted: a feature's hash above ``ATOM_BITS`` bits that are the index of an atom

A feature that is in several runs of versions has an atom for each. The path ``BUILT`` is of the features of a version's
sources that are in builds as well, of this version or another, of the texts in which a build states its version, and of the
machine code of its builds.
Raises: ValueError if files are missing, damaged or of another format.
"""

import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from careen.atomic import write_whole
from careen.safety.pattern import pattern
from careen.safety.typed import from_json, from_msgpack

from .features import FAMILIES
from .fixes import Fix, damage_of
from .source import language_of
from .spans import HASH_BITS, Hashes, Places, distinct

FORMAT = 3
ATOM_BITS = 24
MARK_BITS = 20
BUILT = ""
ATOM = np.dtype(
    [("project", "<u4"), ("path", "<u4"), ("first", "<u2"), ("last", "<u2"), *((family, "<u4") for family in FAMILIES)]
)
POSTING = np.dtype("<u8")
MAX_BYTES = 8 << 30
SAMPLED = ("letters", "tokens")
MANIFEST = "manifest.json"
MAX_FIXES_BYTES = 256 << 20
NAMES = ("projects.json", "paths.json", "atoms.bin", "fixes.bin", *(f"{family}.bin" for family in FAMILIES))
SHA256 = pattern(r"[0-9a-f]{64}")
Atoms = NDArray[np.void]


class Project(Struct, frozen=True):
    """A project. ``purls`` and ``cpes`` are without versions (``pkg:pypi/requests``, ``haxx:curl``).

    ``dates`` has the day of each version (``2024-01-31``), "" if it is unknown; or it is empty.
    """

    name: str
    versions: tuple[str, ...]
    purls: tuple[str, ...] = ()
    cpes: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()


class Member(Struct, frozen=True):
    size: int
    sha256: str


class Manifest(Struct, frozen=True):
    files: dict[str, Member]
    format: int = FORMAT
    sampling: int = 1  # one of this many features is kept, of letters and tokens


class Found(NamedTuple):
    """The result of a look-up, as pairs: the feature at this index of the query occurs in this atom."""

    queries: Places
    atoms: Places


class Columns(NamedTuple):
    """The columns of the atoms, as look-ups use them; ``starts[i]`` is the first atom of the project ``i``."""

    project: Places
    path: Places
    first: Places
    last: Places
    starts: Places


class Knowledge(Struct, frozen=True, dict=True):
    projects: tuple[Project, ...]
    paths: tuple[str, ...]
    atoms: Atoms
    postings: Mapping[str, Hashes]
    sampling: int = 1
    fixes: tuple[Fix, ...] = ()  # in the order of their projects
    is_trusted: bool = False  # shipped, or signed by a trusted identity: only such a base may suppress a finding

    def fixes_of(self, project: str) -> tuple[Fix, ...]:
        first = bisect_left(self.fixes, project, key=lambda fix: fix.project)
        return self.fixes[first : bisect_right(self.fixes, project, key=lambda fix: fix.project)]

    def trusted_fixes_of(self, project: str) -> tuple[Fix, ...]:
        return self.fixes_of(project) if self.is_trusted else ()

    @cached_property
    def columns(self) -> Columns:
        project, path, first, last = (self.atoms[name].astype(np.int64) for name in ("project", "path", "first", "last"))
        return Columns(project, path, first, last, np.searchsorted(project, np.arange(len(self.projects) + 1)))

    @cached_property
    def named(self) -> Mapping[str, Sequence[int]]:
        """The projects that have each name, without their ecosystem."""
        found: dict[str, list[int]] = {}
        for number, project in enumerate(self.projects):
            found.setdefault(project.name.rpartition(":")[2].lower(), []).append(number)
        return found

    @cached_property
    def has_programs(self) -> bool:
        """Whether it identifies programs by their whole content, as those of packages."""
        paths = distinct(self.atoms["path"][self.atoms["file"] > 0])
        return any(language_of(self.paths[int(path)]) is None for path in paths)

    @cached_property
    def has_machine_code(self) -> bool:
        """Whether it has machine code of builds."""
        built = self.atoms["path"] == 0 if self.paths[:1] == (BUILT,) else np.zeros(self.atoms.size, np.bool_)
        return bool(self.atoms["sequences"][built].any())

    def known(self, family: str, hashes: Hashes) -> Hashes:
        """Those of the hashes that the base has, in any order, each once."""
        if not hashes.size:
            return hashes
        postings = self.postings[family]
        if family not in self._marks:
            self._marks[family] = np.zeros(1 << MARK_BITS, np.bool_)
            self._marks[family][(postings >> np.uint64(ATOM_BITS + HASH_BITS - MARK_BITS)).astype(np.int64)] = True
        likely = distinct(hashes[self._marks[family][(hashes >> np.uint64(HASH_BITS - MARK_BITS)).astype(np.int64)]])
        base = likely << np.uint64(ATOM_BITS)
        is_there = np.searchsorted(postings, base) < np.searchsorted(postings, base + np.uint64(1 << ATOM_BITS))
        found: Hashes = likely[is_there]
        return found

    @cached_property
    def _marks(self) -> dict[str, NDArray[np.bool_]]:
        """For each family, a table of the first bits of hashes: whether the base has any feature with these."""
        return {}

    def look_up(self, family: str, hashes: Hashes) -> Found:
        """The atoms of each hash. ``hashes`` must be sorted, each once."""
        postings = self.postings[family]
        base = hashes << np.uint64(ATOM_BITS)
        first = np.searchsorted(postings, base)
        last = np.searchsorted(postings, base + np.uint64(1 << ATOM_BITS))
        counts = last - first
        queries = np.repeat(np.arange(hashes.size), counts)
        starts = np.repeat(first - np.concatenate(([0], np.cumsum(counts)[:-1])) if counts.size else first, counts)
        found = postings[starts + np.arange(queries.size)]
        return Found(queries, (found & np.uint64((1 << ATOM_BITS) - 1)).astype(np.int64))

    def sampled(self, family: str, hashes: Hashes) -> Hashes:
        """Those of a file's features that this base would keep."""
        return sampled(family, hashes, self.sampling)


def sampled(family: str, hashes: Hashes, sampling: int) -> Hashes:
    if sampling == 1 or family not in SAMPLED:
        return hashes
    kept: Hashes = hashes[hashes % np.uint64(sampling) == 0]
    return kept


def open_base(folder: Path, *, is_trusted: bool = False) -> Knowledge:
    """Opens the base in a folder. Every file is compared with the manifest; ValueError if one differs or is missing."""
    try:
        manifest = from_json((folder / MANIFEST).read_bytes(), Manifest)
    except (OSError, msgspec.MsgspecError) as error:
        raise ValueError(f"{folder}: not a knowledge base: {error}") from None
    if manifest.format != FORMAT:
        raise ValueError(f"{folder}: a knowledge base of format {manifest.format}; this version reads {FORMAT}")
    files = {name: _verified(folder, name, manifest.files.get(name)) for name in NAMES}
    try:
        projects = from_json(files["projects.json"].read_bytes(), tuple[Project, ...])
        paths = from_json(files["paths.json"].read_bytes(), tuple[str, ...])
        fixes = from_msgpack(files["fixes.bin"].read_bytes(), tuple[Fix, ...])
    except msgspec.MsgspecError as error:
        raise ValueError(f"{folder}: not a knowledge base: {error}") from None
    atoms = _mapped(files["atoms.bin"], ATOM)
    postings = {family: _mapped(files[f"{family}.bin"], POSTING) for family in FAMILIES}
    _check_numbers(folder, projects, paths, atoms, postings)
    if damage := damage_of(fixes):
        raise ValueError(f"{folder}: fixes.bin {damage}")
    return Knowledge(projects, paths, atoms, postings, manifest.sampling, fixes, is_trusted)


def size_of(folder: Path) -> int:
    """The size of a base in bytes, without the files that a build keeps beside it."""
    return sum(path.stat().st_size for name in (MANIFEST, *NAMES) for path in folder.glob(f"*{name}"))


def write_base(folder: Path, base: Knowledge) -> None:
    """Writes a base; equal content gives equal bytes. An existing base is replaced as a whole: its manifest changes
    last."""
    folder.mkdir(parents=True, exist_ok=True)
    contents = {
        "projects.json": msgspec.json.encode(base.projects),
        "paths.json": msgspec.json.encode(base.paths),
        "atoms.bin": base.atoms.astype(ATOM).tobytes(),
        "fixes.bin": msgspec.msgpack.encode(base.fixes),
        **{f"{family}.bin": base.postings[family].astype(POSTING).tobytes() for family in FAMILIES},
    }
    files = {name: Member(len(content), hashlib.sha256(content).hexdigest()) for name, content in sorted(contents.items())}
    for name, content in contents.items():
        write_whole(folder / stored_name(name, files[name]), partial(_write, content))
    write_whole(folder / MANIFEST, partial(_write, msgspec.json.encode(Manifest(files, sampling=base.sampling))))
    remove_others(folder, Manifest(files))


def remove_others(folder: Path, manifest: Manifest) -> None:
    """Removes the files of an earlier base in the same folder."""
    now = {stored_name(name, member) for name, member in manifest.files.items()}
    for name in NAMES:
        for path in folder.glob(f"*-{name}"):
            if path.name not in now:
                path.unlink()


def _write(content: bytes, file: BinaryIO) -> None:
    file.write(content)


def stored_name(name: str, member: Member) -> str:
    return f"{member.sha256[:16]}-{name}"


def _verified(folder: Path, name: str, member: Member | None) -> Path:
    if member is None or not SHA256.fullmatch(member.sha256):
        raise ValueError(f"{folder}: its manifest has no {name}")
    path = folder / stored_name(name, member)
    try:
        size = path.stat().st_size
        if size != member.size or size > (MAX_FIXES_BYTES if name == "fixes.bin" else MAX_BYTES):
            raise ValueError(f"{path}: {size} bytes, the manifest states {member.size}")
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ValueError(f"{path}: {error.strerror}") from None
    if digest != member.sha256:
        raise ValueError(f"{path}: damaged: its content is not what the manifest states")
    return path


def _mapped(path: Path, layout: "np.dtype[Any]") -> "NDArray[Any]":
    if path.stat().st_size % layout.itemsize:
        raise ValueError(f"{path}: cut short")
    return np.asarray(np.memmap(path, layout, "r")) if path.stat().st_size else np.empty(0, layout)


def _check_numbers(
    folder: Path, projects: Sequence[Project], paths: Sequence[str], atoms: Atoms, postings: Mapping[str, Hashes]
) -> None:
    """Raises ValueError if an index leads out of its table: this must not appear in the middle of a scan."""
    if any(len(project.dates) not in (0, len(project.versions)) for project in projects):
        raise ValueError(f"{folder}: projects.json has a project with another number of dates than versions")
    if atoms.size:
        counts = np.array([len(project.versions) for project in projects] or [0])
        if int(atoms["project"].max()) >= len(projects) or int(atoms["path"].max()) >= len(paths):
            raise ValueError(f"{folder}: atoms.bin refers to a project or path that the base does not have")
        if bool((atoms["last"] >= counts[atoms["project"]]).any()) or bool((atoms["first"] > atoms["last"]).any()):
            raise ValueError(f"{folder}: atoms.bin refers to versions that the base does not have")
    for family, found in postings.items():
        if bool((found[1:] < found[:-1]).any()):
            raise ValueError(f"{folder}: {family}.bin is not in order")
        if found.size and int((found & np.uint64((1 << ATOM_BITS) - 1)).max()) >= atoms.size:
            raise ValueError(f"{folder}: {family}.bin refers to atoms that the base does not have")
