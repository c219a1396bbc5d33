"""Collects releases for a knowledge base, one archive at a time, so that an interrupted build can be continued.

A source is ``pypi:NAME[@VERSIONS]``, ``npm:NAME[@VERSIONS]``, ``deb:NAME[@VERSIONS]``, ``git:PATH[=NAME][@VERSIONS]`` or
``dir:PATH=NAME@VERSION``. The features of each release are kept in ``DIR/parts``, under the digest of its archive; the same
parts give the same base, whenever they were collected.
"""

import hashlib
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from typing import Literal, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from careen.errors import InputError, UsageError
from careen.plugins import Fetcher, Progress, silent

from .building import Release, ReleaseReader, build, is_own_code
from .features import FAMILIES, LETTERS, PROGRAM_HEADS, TOKENS
from .fetch import apt, git, npm, pypi
from .fetch.deb import SourcePackage, Suites
from .fetch.index import Archive, Listing, download
from .fetch.unpack import MAX_FILE_BYTES, files_in, is_debian_package
from .fixes import Fix
from .java.archive import is_archive
from .knowledge import FORMAT, Knowledge, Project
from .learning import learned, patches_in
from .machine_code import SAMPLE, STRETCH
from .order import version_key
from .parts import Parts

Kind = Literal["pypi", "npm", "deb", "git", "dir"]
Item = TypeVar("Item")
_SPEC = re.compile(r"(?P<kind>pypi|npm|deb|git|dir):(?P<name>@?[^@=\s]+)(?:=(?P<project>[^@\s]+))?(?:@(?P<versions>\S+))?")
_PATCHES = (".patch", ".diff", "/series", "/debian.series")
# The folder of the parts: features that were computed by other rules cannot be joined with these.
RULES = hashlib.sha256(repr((FORMAT, FAMILIES, LETTERS, TOKENS, STRETCH, SAMPLE)).encode()).hexdigest()[:12]


class Spec(Struct, frozen=True):
    kind: Kind
    name: str  # of the project; of ``dir`` the path
    project: str = ""  # of ``dir``
    versions: str = ""  # of ``dir`` the version; else versions or a prefix of them, separated by commas

    def __str__(self) -> str:
        project = f"={self.project}" if self.project else ""
        return f"{self.kind}:{self.name}{project}" + (f"@{self.versions}" if self.versions else "")


class Skipped(Struct, frozen=True):
    """A release, or a whole project (``is_project``), that is not in the base, with the reason."""

    what: str
    reason: str
    is_project: bool = False


class Found(Struct, frozen=True):
    """The releases and fixes that one source has. Every release has one of the project's versions."""

    project: Project
    releases: list[Release]
    fixes: list[Fix] = []


def spec_of(text: str) -> Spec:
    match = _SPEC.fullmatch(text)
    if match is None or not _is_whole(match):
        raise UsageError(
            f"{text!r} is not a source", "write pypi:NAME, npm:NAME, deb:SOURCE, git:PATH or dir:PATH=NAME@VERSION"
        )
    return Spec(match["kind"], match["name"], match["project"] or "", match["versions"] or "")  # type: ignore[arg-type]


def _is_whole(match: "re.Match[str]") -> bool:
    if match["kind"] == "dir":
        return bool(match["project"] and match["versions"])
    return match["kind"] == "git" or not match["project"]


def collect(
    folder: Path,
    specs: Sequence[Spec],
    fetcher: Fetcher,
    *,
    of_apt: Fetcher | None = None,
    most_versions: int = 20,
    sampling: int = 1,
    progress: Progress = silent,
) -> tuple[Knowledge, tuple[Skipped, ...]]:
    """The knowledge base of these projects, with at most ``most_versions`` of each, spread over its history, the
    newest among them.

    ``of_apt`` reads apt's archives, whose files are verified by signatures; None: ``fetcher`` does.

    Releases that are missing or cannot be read are skipped and returned with the reason. Raises NetworkError if a
    server fails: a base of fewer releases would look as if the others did not exist.
    """
    collector = _Collector(folder, specs, fetcher, of_apt or fetcher, most_versions)
    projects: dict[str, Found] = {}
    for number, spec in enumerate(collector.specs):
        progress(f"reading {spec}", number, len(specs))
        try:
            found = collector.found(spec)
        except (InputError, ValueError) as error:
            if spec.kind == "dir":
                raise
            collector.skipped.append(Skipped(str(spec), str(error), is_project=True))
            continue
        before = projects.get(found.project.name)
        projects[found.project.name] = found if before is None else _together(before, found)
        if not found.releases:
            collector.skipped.append(Skipped(str(spec), "no release could be read", is_project=True))
    kept = [found for found in projects.values() if found.releases]
    fixes = [fix for found in kept for fix in found.fixes]
    return build([(found.project, found.releases) for found in kept], sampling, fixes), tuple(collector.skipped)


class _Collector:
    def __init__(self, folder: Path, specs: Sequence[Spec], fetcher: Fetcher, of_apt: Fetcher, most_versions: int) -> None:
        self.specs = sorted(set(specs), key=str)
        self.skipped: list[Skipped] = []
        self._folder, self._fetcher, self._of_apt, self._most = folder, fetcher, of_apt, most_versions
        self._parts = Parts(folder / "parts" / RULES)
        self._suites: Suites | None = None

    def found(self, spec: Spec) -> Found:
        """The releases of one source. Raises InputError or ValueError if there is no such project."""
        match spec.kind:
            case "dir":
                return _of_folder(spec)
            case "deb":
                return self._of_debian(spec)
            case "git":
                return self._of_clone(spec)
            case _:
                return self._of_index(spec)

    def _of_index(self, spec: Spec) -> Found:
        list_of: Callable[[str, Fetcher], Listing] = pypi.listing if spec.kind == "pypi" else npm.listing
        listing = list_of(spec.name, self._fetcher)
        archives = _spread([archive for archive in listing.archives if _is_wanted(archive.version, spec.versions)], self._most)
        reader, releases = ReleaseReader(), []
        for archive in archives:
            with self._skipping(f"{spec.kind}:{spec.name}@{archive.version}"):
                files = partial(_files, archive, self._fetcher)
                release = self._release(archive.digest, archive.version, reader, files)
                releases.append(replace(release, date=archive.date))
        versions = tuple(release.version for release in releases)
        return Found(Project(f"{spec.kind}:{listing.project}", versions, (listing.purl,)), releases)

    def _of_debian(self, spec: Spec) -> Found:
        """The releases of a Debian source package. All revisions of a version have the same sources, and each its own
        patches."""
        if self._suites is None:
            wanted = [other.name for other in self.specs if other.kind == "deb"]
            self._suites = Suites(apt.repositories(), self._of_apt, self._folder / "indexes", wanted)
            self.skipped += [Skipped(place, reason) for place, reason in self._suites.refused]
        by_version: dict[str, list[SourcePackage]] = {}
        for package in self._suites.packages(spec.name):
            if _is_wanted(package.upstream, spec.versions):
                by_version.setdefault(package.upstream, []).append(package)
        reader, releases, fixes = ReleaseReader(), dict[str, Release](), list[Fix]()
        for version in _spread(sorted(by_version, key=version_key), self._most):
            for package in by_version[version]:
                what = f"deb:{spec.name}@{package.version}"
                files = cache(partial(self._sources, package, tuple(by_version[version])))
                with self._skipping(what):
                    release = self._release(package.sources.digest, version, reader, files)
                    releases.setdefault(version, release)
                    with self._skipping(f"{what} (patches)"):
                        fixes += self._fixes(f"deb:{spec.name}", package, files)
        project = Project(f"deb:{spec.name}", tuple(releases), (f"pkg:deb/debian/{spec.name}",))
        return Found(project, list(releases.values()), fixes)

    def _sources(self, package: SourcePackage, revisions: Sequence[SourcePackage]) -> dict[str, bytes]:
        """The files of a package's sources, from any archive that has them: some archives drop files that others
        keep."""
        same = [revision.sources for revision in (package, *revisions) if revision.sources.digest == package.sources.digest]
        for archive in dict.fromkeys(same):
            try:
                return _files(archive, self._of_apt)
            except InputError as error:
                reason = error
        raise reason

    def _of_clone(self, spec: Spec) -> Found:
        path = Path(spec.name)
        known = [tag for tag in git.tags(path) if _is_wanted(tag.version, spec.versions)]
        reader, releases = ReleaseReader(), []
        for tag in _spread(sorted(known, key=lambda tag: version_key(tag.version)), self._most):
            with self._skipping(f"{spec}@{tag.name}"):
                files = partial(git.files_of, path, tag.tree, is_own_code, MAX_FILE_BYTES)
                releases.append(self._release(f"git-{tag.tree}", tag.version, reader, files))
        name = spec.project or path.resolve().name.removesuffix(".git")
        return Found(Project(f"git:{name}", tuple(release.version for release in releases)), releases)

    def _release(self, digest: str, version: str, reader: ReleaseReader, files: Callable[[], dict[str, bytes]]) -> Release:
        return self._parts.release(digest, version, lambda: reader.read(version, files().items()))

    def _fixes(self, project: str, package: SourcePackage, files: Callable[[], dict[str, bytes]]) -> list[Fix]:
        patches = package.patches
        if patches is None:
            return []
        name = hashlib.sha256(f"{package.sources.digest} {patches.digest} {project}".encode()).hexdigest()

        def read() -> list[Fix]:
            return learned(project, patches_in(_debian_folder(_files(patches, self._of_apt))), files())

        return self._parts.fixes(name, read)

    @contextmanager
    def _skipping(self, what: str) -> Iterator[None]:
        try:
            yield
        except (InputError, ValueError) as error:
            self.skipped.append(Skipped(what, str(error)))


def _files(archive: Archive, fetcher: Fetcher) -> dict[str, bytes]:
    return files_in(download(fetcher, archive))


def _debian_folder(files: dict[str, bytes]) -> dict[str, bytes]:
    """The files by their paths below the sources: the archive has only the folder ``debian``, which unpacking leaves out."""
    return {path if path.startswith("debian/") else f"debian/{path}": data for path, data in files.items()}


def _spread(ordered: Sequence[Item], most: int) -> list[Item]:
    """At most ``most`` of the items, at even steps, with the first and the newest."""
    if len(ordered) <= most:
        return list(ordered)
    if most == 1:
        return [ordered[-1]]
    chosen = {round(index * (len(ordered) - 1) / (most - 1)) for index in range(most)}
    return [ordered[index] for index in sorted(chosen)]


def _is_wanted(version: str, asked: str) -> bool:
    return not asked or any(version == start or version.startswith(f"{start}.") for start in asked.split(","))


def _of_folder(spec: Spec) -> Found:
    """The release in a folder, in an archive of sources, or in a Debian binary package, whose programs count too."""
    path = Path(spec.name)
    if path.is_file():
        archive = path.read_bytes()
        files, is_built = files_in(archive), is_debian_package(archive)
    else:
        files, is_built = dict(_files_below(path)), False
    release = ReleaseReader().read(spec.versions, files.items(), is_built=is_built)
    fixes = [] if is_built else learned(spec.project, patches_in(files), files)
    return Found(Project(spec.project, (spec.versions,)), [release], fixes)


def _files_below(root: Path) -> Iterator[tuple[str, bytes]]:
    """Path and content of the files that may have features or fixes; links are not followed."""
    if not root.is_dir():
        raise InputError(f"{root}: no such folder or archive")
    for place, folders, names in os.walk(root):
        folders.sort()
        for name in sorted(names):
            path = Path(place, name)
            shown = path.relative_to(root).as_posix()
            if path.is_file() and not path.is_symlink() and path.stat().st_size <= MAX_FILE_BYTES:
                data = path.read_bytes()
                if is_own_code(shown) or shown.endswith(_PATCHES) or is_archive(shown, data) or data.startswith(PROGRAM_HEADS):
                    yield shown, data


def _together(one: Found, other: Found) -> Found:
    """Joins what two sources have of one project: its versions are sorted by their numbers, and a version that both
    have gets all files."""
    releases: dict[str, Release] = {}
    for release in (*one.releases, *other.releases):
        before = releases.get(release.version, Release(release.version, {}))
        files, builds = {**before.files, **release.files}, (*before.builds, *release.builds)
        releases[release.version] = Release(release.version, files, before.date or release.date, builds)
    versions = tuple(sorted(releases, key=version_key))
    purls = tuple(dict.fromkeys((*one.project.purls, *other.project.purls)))
    project = Project(one.project.name, versions, purls, one.project.cpes)
    return Found(project, [releases[version] for version in versions], [*one.fixes, *other.fixes])
