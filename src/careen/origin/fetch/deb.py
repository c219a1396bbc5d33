"""Source packages of the Debian archives that apt is configured for.

Trust goes from the signature of ``InRelease``, by SHA256, to the index of sources and from there to every archive. An
index is fetched by its hash, once for all packages. A suite is not used if its list is not signed by apt's keys, has
expired, or belongs to another suite; the user sees which.  **Source:** Debian wiki, DebianRepository/Format;
dpkg-source(1), "SOURCE PACKAGE FORMATS"; Debian Policy 5.6.12 (versions).
"""

import hashlib
import io
import os
import re
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

from careen.errors import InputError, UsageError
from careen.formats.archives.inflate import open_stream
from careen.formats.debian.archive import Index, Release, SourceFiles, read_release, source_files
from careen.net.addresses import shown
from careen.plugins import Fetcher
from careen.safety.budget import Limits
from careen.signing.signature import verified

from .apt import Repository
from .index import Archive, download, page

MAX_INFLATED_BYTES = 1 << 30
FORMS = (".xz", ".gz", "")
_REPACKED = re.compile(r"[.+~-]?(?:dfsg|ds|repack|deb)[\d.]*(?:\+really.*)?$")
_REALLY = re.compile(r"really(?:-)?(\d.*)$")


class SourcePackage(Struct, frozen=True):
    """One version of a source package. ``sources`` is upstream's archive; ``patches`` is the archive with Debian's
    folder, None if there is none."""

    version: str
    upstream: str
    sources: Archive
    patches: Archive | None


class Suites:
    """The source packages of apt's archives. ``refused``: suites that are not used, and why."""

    def __init__(self, repositories: Sequence[Repository], fetcher: Fetcher, folder: Path, wanted: Collection[str]) -> None:
        self._fetcher, self._folder, self._wanted = fetcher, folder, frozenset(wanted)
        self.refused: list[tuple[str, str]] = []
        self._packages: dict[str, dict[str, SourcePackage]] = {}
        for repository in repositories:
            try:
                self._read(repository)
            except (InputError, ValueError, OSError) as error:
                self.refused.append((f"{shown(repository.address)} {repository.suite}", str(error)))
        if len(self.refused) == len(repositories):
            reason = f": {self.refused[0][1]}" if self.refused else ""
            raise UsageError(f"apt has no archive whose sources can be used{reason}", "see sources.list(5)")

    def packages(self, name: str) -> list[SourcePackage]:
        """Every version of a source package that the archives list. Raises InputError if they list none."""
        found = self._packages.get(name, {})
        if not found:
            raise InputError(f"no archive of apt lists the sources of {name}", "check its name")
        return [found[version] for version in sorted(found)]

    def _read(self, repository: Repository) -> None:
        place = f"{repository.address}/dists/{repository.suite}"
        _, signed = page(self._fetcher, f"{place}/InRelease", {})
        if not repository.keys:
            raise ValueError("apt has no keyring for its repository")
        release = read_release(verified(signed, [Path(key) for key in repository.keys]).text)
        if repository.suite not in (release.codename, release.suite):
            raise ValueError(f"its InRelease file is that of {release.codename or release.suite}")
        if release.valid_until and datetime.fromisoformat(release.valid_until) < datetime.now(UTC):
            raise ValueError(f"its InRelease file expired on {release.valid_until[:10]}")
        for component in repository.components:
            for found in self._sources(place, release, component):
                package = _package(repository.address, found)
                if package is not None:
                    self._packages.setdefault(found.name, {}).setdefault(package.version, package)

    def _sources(self, place: str, release: Release, component: str) -> Iterator[SourceFiles]:
        path = f"{component}/source/Sources"
        form = next((form for form in FORMS if path + form in release.indices), None)
        if form is None or not release.indices[path + form].size_bytes:
            return
        packed = self._index(f"{place}/{path}{form}", release.indices[path + form])
        try:
            stream = open_stream(io.BytesIO(packed), Limits(inflated_bytes=MAX_INFLATED_BYTES))
            yield from source_files(iter(lambda: stream.read(1 << 18), b""), self._wanted)
        except InputError as error:
            raise ValueError(str(error)) from None

    def _index(self, url: str, index: Index) -> bytes:
        """The content of an index. It is kept under its hash, so that a later run does not fetch it again; a mirror
        that is being updated has the file under its hash too."""
        kept = self._folder / index.digest
        try:
            found = kept.read_bytes()
            if hashlib.sha256(found).hexdigest() == index.digest:
                return found
        except OSError:
            pass
        digest = f"sha256:{index.digest}"
        try:
            found = download(self._fetcher, Archive("", f"{url.rpartition('/')[0]}/by-hash/SHA256/{index.digest}", digest))
        except InputError:
            found = download(self._fetcher, Archive("", url, digest))
        self._folder.mkdir(parents=True, exist_ok=True)
        aside = kept.with_suffix(f".{os.getpid()}")
        aside.write_bytes(found)
        aside.replace(kept)
        return found


def upstream_of(version: str) -> str:
    """The project's version within that of a source package: without epoch and revision, and without the suffix of a
    repacked source."""
    upstream = version.partition(":")[2] or version
    upstream = upstream.rpartition("-")[0] or upstream
    really = _REALLY.search(upstream)
    return _REPACKED.sub("", really[1] if really else upstream) or upstream


def _package(address: str, found: SourceFiles) -> SourcePackage | None:
    def archive(name: str) -> Archive:
        return Archive(found.version, f"{address}/{found.folder}/{name}", f"sha256:{found.files[name].digest}")

    names = sorted(name for name in found.files if ".tar." in name and not name.endswith((".asc", ".sig")))
    patches = next((name for name in names if ".debian.tar." in name), None)
    sources = next((name for name in names if ".orig.tar." in name), None)
    if sources is None:  # a package of Debian's own, in one archive
        sources = next((name for name in names if ".orig-" not in name and name != patches), None)
    if sources is None:
        return None
    return SourcePackage(found.version, upstream_of(found.version), archive(sources), archive(patches) if patches else None)
