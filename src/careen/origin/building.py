"""Builds a knowledge base from the features of releases.

Each distinct content is read once, however many versions have it. Tests, documentation and examples are left out, and so are
copies of other projects, which are projects of their own.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray

from .features import FAMILIES, OF_A_FILE, PROGRAM_HEADS, Features, features_of
from .fixes import Fix, in_order
from .java.archive import is_archive, members
from .java.class_file import is_class
from .knowledge import ATOM, ATOM_BITS, BUILT, Atoms, Knowledge, Project, sampled
from .source import language_of
from .spans import Hashes, distinct
from .stated import own_templates, templates_of

MAX_VERSIONS = 65_535
MAX_FILE_BYTES = 16 << 20
MIN_BUILT_BYTES = 64  # smaller files of different packages are alike
BUILT_FAMILIES = ("literals", "names", "tables")
OF_SCRIPTS = ("pkg:npm/", "pkg:pypi/")  # the machine code in such a package is mostly of libraries that it bundles
LEFT_OUT = frozenset(
    [
        "test",
        "tests",
        "testing",
        "testdata",
        "test-data",
        "t",
        "spec",
        "specs",
        "doc",
        "docs",
        "documentation",
        "example",
        "examples",
        "sample",
        "samples",
        "demo",
        "demos",
        "benchmark",
        "benchmarks",
        "bench",
        "fuzz",
        "fuzzing",
        "vendor",
        "vendored",
        "_vendor",
        "third_party",
        "third-party",
        "thirdparty",
        "3rdparty",
        "deps",
        "external",
        "extern",
        "node_modules",
        "gl",  # copies of gnulib
        "gnulib",
        "libgnu",
        "coverage",
        "lcov-report",
        ".github",
    ]
)

Postings = dict[str, NDArray[np.uint64]]


_NONE = np.empty(0, np.uint64)


class Release(Struct, frozen=True):
    """One release of a project. ``files``: the features of the project's own files, by path; ``builds``: those of
    programs that were built from them.

    ``date``: the day of the release; "" if it is unknown.
    """

    version: str
    files: Mapping[str, Features]
    date: str = ""
    builds: tuple[Features, ...] = ()


class Rows(Struct, frozen=True):
    """The features of one family: ``hashes[i]`` is in the file ``paths[i]`` of the version ``versions[i]``."""

    hashes: list[Hashes]
    paths: list[NDArray[np.uint32]]
    versions: list[NDArray[np.uint16]]


class ReleaseReader:
    """Reads releases of one project; a file that is equal to one of an earlier release is not read again."""

    def __init__(self, families: Sequence[str] = OF_A_FILE) -> None:
        self._families = families
        self._known: dict[bytes, Features] = {}

    def read(self, version: str, files: Iterable[tuple[str, bytes]], date: str = "", *, is_built: bool = False) -> Release:
        """The features of a release, whose files are (path, content). Programs and libraries among them count as
        builds of the others.

        ``is_built``: the files are those of a built package, and all of them count, not only source code.
        """
        found, builds = {}, []
        for path, data in _opened(files):
            if len(data) > MAX_FILE_BYTES:
                continue
            if data.startswith(PROGRAM_HEADS) and not is_class(data):
                builds.append(self._features(path, data))
            if (is_built and len(data) >= MIN_BUILT_BYTES) or is_own_code(path):
                found[path] = self._features(path, data)
        return Release(version, found, date, tuple(builds))

    def _features(self, path: str, data: bytes) -> Features:
        """The features of a file. They are computed at once, so that the file itself is not kept."""
        digest = hashlib.blake2b(data, digest_size=16).digest()
        if digest not in self._known:
            features = features_of(path, data)
            self._known[digest] = {family: features[family] for family in self._families if family in features}
        return self._known[digest]


def _opened(files: Iterable[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    """The files, with Java archives replaced by their members."""
    for path, data in files:
        yield from members(path, data) if is_archive(path, data) else [(path, data)]


def is_own_code(path: str) -> bool:
    """Whether a file counts as its project's own code, according to its path."""
    if path.endswith(".class"):
        return True  # tests and documentation are not in a compiled archive, and a package may have such a name
    return language_of(path) is not None and LEFT_OUT.isdisjoint(path.lower().split("/")[:-1])


def build(
    projects: Iterable[tuple[Project, Iterable[Release]]],
    sampling: int = 1,
    fixes: Iterable[Fix] = (),
    common: Features = MappingProxyType({}),
) -> Knowledge:
    """The knowledge base of these releases. ``Project.versions`` are in order, and every release is one of them.

    ``common`` are features of programs that have nothing to do with the projects: they are left out. Raises
    ValueError for too many versions or features.
    """
    names: dict[str, int] = {}
    known: list[Project] = []
    parts: list[tuple[Atoms, Postings]] = []
    for number, (project, releases) in enumerate(sorted(projects, key=lambda pair: pair[0].name)):
        if len(project.versions) > MAX_VERSIONS:
            raise ValueError(f"{project.name}: more than {MAX_VERSIONS} versions")
        releases = list(releases)
        known.append(_dated(project, releases))
        parts.append(_of_project(number, project, releases, names, _Kept(sampling, common)))
    return replace(assembled(known, list(names), parts, sampling), fixes=in_order(fixes))


def _dated(project: Project, releases: Sequence[Release]) -> Project:
    dates = {release.version: release.date for release in releases if release.date}
    return replace(project, dates=tuple(dates.get(version, "") for version in project.versions)) if dates else project


def _of_project(
    number: int, project: Project, releases: Sequence[Release], names: dict[str, int], kept: "_Kept"
) -> tuple[Atoms, Postings]:
    order = {version: index for index, version in enumerate(project.versions)}
    own = own_templates([(release.version, _statements(release)) for release in releases])
    built = {
        family: _all(family, (build_of for release in releases for build_of in release.builds)) for family in BUILT_FAMILIES
    }
    rows = {family: Rows([], [], []) for family in FAMILIES}

    def add(path: str, version: str, features: Features) -> None:
        place = names.setdefault(path, len(names))
        for family, hashes in features.items():
            if family == "statements":
                family, of_version = "stated", templates_of(hashes, version, own)
            else:
                of_version = kept(family, hashes)
            rows[family].hashes.append(of_version)
            rows[family].paths.append(np.full(of_version.size, place, np.uint32))
            rows[family].versions.append(np.full(of_version.size, order[version], np.uint16))

    for release in releases:
        for path, features in sorted(release.files.items()):
            add(path, release.version, features)
        seen = {
            family: np.intersect1d(_all(family, release.files.values()), hashes, assume_unique=True)
            for family, hashes in built.items()
        }
        if not any(purl.startswith(OF_SCRIPTS) for purl in project.purls):
            seen["sequences"] = _all("sequences", release.builds)
        if any(hashes.size for hashes in seen.values()):
            statements = np.concatenate([np.empty(0, np.uint64), *(build_of["statements"] for build_of in release.builds)])
            add(BUILT, release.version, {**seen, "statements": statements})
    return project_atoms(number, rows)


class _Kept(NamedTuple):
    """Chooses the features that a base keeps."""

    sampling: int
    common: Features

    def __call__(self, family: str, hashes: Hashes) -> Hashes:
        of_family = sampled(family, hashes, self.sampling)
        stopped = self.common.get(family, _NONE)
        if not stopped.size:
            return of_family
        left: Hashes = of_family[stopped[np.searchsorted(stopped, of_family) % stopped.size] != of_family]
        return left


def _all(family: str, features: Iterable[Features]) -> Hashes:
    return distinct(np.concatenate([np.empty(0, np.uint64), *(found[family] for found in features if family in found)]))


def _statements(release: Release) -> Iterator[Hashes]:
    return (found["statements"] for found in (*release.files.values(), *release.builds) if "statements" in found)


def project_atoms(number: int, rows: dict[str, Rows]) -> tuple[Atoms, Postings]:
    """The atoms of one project, and for each family its features with the index of an atom."""
    runs = {family: _runs(found) for family, found in rows.items()}
    keys = distinct(np.concatenate([_key(path, first, last) for _, path, first, last in runs.values()]))
    atoms = np.zeros(keys.size, ATOM)
    atoms["project"], atoms["path"] = number, keys >> np.uint64(32)
    atoms["first"], atoms["last"] = (keys >> np.uint64(16)) & np.uint64(0xFFFF), keys & np.uint64(0xFFFF)
    postings = {}
    for family, (hashes, path, first, last) in runs.items():
        places = np.searchsorted(keys, _key(path, first, last)).astype(np.uint64)
        postings[family] = (hashes << np.uint64(ATOM_BITS)) + places
        atoms[family] = np.bincount(places.astype(np.int64), minlength=keys.size)
    return atoms, postings


def _key(path: Hashes, first: Hashes, last: Hashes) -> Hashes:
    return (path << np.uint64(32)) | (first << np.uint64(16)) | last


def _runs(rows: Rows) -> tuple[Hashes, Hashes, Hashes, Hashes]:
    """(hash, path, first, last): each run of versions in which a file has a feature."""
    if not rows.hashes:
        empty = np.empty(0, np.uint64)
        return empty, empty, empty, empty
    hashes, paths, versions = (np.concatenate(part).astype(np.uint64) for part in (rows.hashes, rows.paths, rows.versions))
    order = np.lexsort((versions, paths, hashes))
    hashes, paths, versions = hashes[order], paths[order], versions[order]
    if not hashes.size:
        return hashes, paths, versions, versions
    goes_on = (np.diff(hashes) == 0) & (np.diff(paths) == 0) & (np.diff(versions) <= 1)
    first = np.flatnonzero(np.concatenate(([True], ~goes_on)))
    last = np.concatenate((first[1:] - 1, [hashes.size - 1]))
    return hashes[first], paths[first], versions[first], versions[last]


def assembled(
    projects: Sequence[Project], paths: Sequence[str], parts: Sequence[tuple[Atoms, Postings]], sampling: int
) -> Knowledge:
    if sum(atoms.size for atoms, _ in parts) >= 1 << ATOM_BITS:
        raise ValueError(f"more than {1 << ATOM_BITS} groups of versions: build several knowledge bases")
    ordered = sorted(paths)
    rank = {path: index for index, path in enumerate(ordered)}
    ranks = np.array([rank[path] for path in paths], np.uint32)
    before = 0
    all_atoms = [np.empty(0, ATOM)]
    postings: dict[str, list[NDArray[np.uint64]]] = {family: [np.empty(0, np.uint64)] for family in FAMILIES}
    for atoms, found in parts:
        atoms["path"] = ranks[atoms["path"]]
        order = np.lexsort((atoms["last"], atoms["first"], atoms["path"]))
        places = np.empty(atoms.size, np.uint64)
        places[order] = np.arange(before, before + atoms.size, dtype=np.uint64)
        for family, values in found.items():
            hashes, old = values >> np.uint64(ATOM_BITS), values & np.uint64((1 << ATOM_BITS) - 1)
            postings[family].append((hashes << np.uint64(ATOM_BITS)) + places[old.astype(np.int64)])
        all_atoms.append(atoms[order])
        before += atoms.size
    return Knowledge(
        tuple(projects),
        tuple(ordered),
        np.concatenate(all_atoms),
        {family: np.sort(np.concatenate(values)) for family, values in postings.items()},
        sampling,
    )
