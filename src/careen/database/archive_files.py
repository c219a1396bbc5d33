"""The files of Debian archives: signed lists, indices and changelogs, each checked against the list that names it.

A place is an address, or a folder that contains ``dists``. The signature of ``InRelease`` is verified, and its SHA256
checksums lead to every other file. Results read from a file are cached under the file's checksum, so that no file is
fetched twice; the least recently used are removed first. Requests are sequential.
Raises: ArchiveError if a place or a file is not available or not what it should be; NetworkError.
"""

import hashlib
import re
import time
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO, cast
from urllib.parse import quote

import msgspec
from msgspec import Struct

from careen.atomic import write_whole
from careen.errors import Error, InputError, NetworkError
from careen.formats.archives.inflate import open_stream
from careen.formats.debian.archive import Index, Offer, Release, packages, read_release, sources
from careen.log import logger
from careen.plugins import Fetcher, Progress, silent
from careen.safety.budget import Limits
from careen.safety.cache_limits import cache_limits
from careen.safety.sealed import sealed, unsealed
from careen.safety.typed import from_msgpack
from careen.signing.signature import Signed, verified, verify_detached

from .source_package import FixEvidence, fix_evidence_in

log = logger(__name__)

MAX_RELEASE_BYTES = 16 << 20
MAX_FILE_BYTES = 256 << 20
MAX_INDEX_BYTES = 256 << 20  # inflated
CHUNK_BYTES = 256 << 10
FORMS = (".xz", ".gz", "")
_INDICES = dict[str, list[Offer]]


class ArchiveError(InputError):
    """A place or file is not available, or not what it should be. ``absent``: the archive does not contain the file."""

    def __init__(self, message: str, hint: str = "", *, absent: bool = False) -> None:
        super().__init__(message, hint)
        self.absent = absent


class Suite(Struct, frozen=True):
    place: str
    name: str  # "bookworm-security"
    release: Release
    unverified: str = ""  # why its signature was not verified


class Archives:
    """The archives to read. Results are cached in memory and in the folder ``cache``. Nothing is fetched after
    ``deadline`` (monotonic clock).
    """

    def __init__(
        self,
        places: Sequence[str],
        fetcher: Fetcher | None,
        cache: Path | None = None,
        keys: Sequence[Path] = (),
        progress: Progress = silent,
        max_kept_bytes: int = cache_limits().archive,
    ) -> None:
        self.places = tuple(place.rstrip("/") for place in places)
        self._fetcher, self._cache, self._keys, self._progress = fetcher, cache, keys, progress
        self._max_kept_bytes = max_kept_bytes
        self.deadline = float("inf")
        self._suites: dict[tuple[str, str], Suite | None] = {}
        self._unreachable: set[str] = set()
        self._refused: dict[tuple[str, str], str] = {}
        self.unsigned = ""  # a remark if the signature of a list was not verified
        self._forms: dict[tuple[str, str], tuple[str, ...]] = {}
        self._indices: dict[tuple[str, str, str, str], _INDICES] = {}
        self._lacking: set[tuple[str, str]] = set()

    @property
    def shown(self) -> str:
        return ", ".join(map(shown, self.places))

    def suites(self, codename: str) -> list[Suite]:
        """The suites of a release. Beside a place ``…/debian``, ``…/debian-security`` is tried, as on mirrors."""
        found = [suite for place in self.places for part in ("", "-updates") if (suite := self._suite(place, codename + part))]
        security = codename + "-security"
        beside = [f"{place}-security" for place in self.places if place.endswith("/debian")]
        for place in (*self.places, *(place for place in beside if place not in self.places)):
            if suite := self._suite(place, security):
                return [*found, suite]
        return found

    def refused(self, codename: str) -> list[str]:
        """Why the lists of a release at some of the places are not used."""
        names = {codename + part for part in ("", "-updates", "-security")}
        return list(dict.fromkeys(why for (_, name), why in self._refused.items() if name in names))

    def offers(self, suite: Suite, kind: str, name: str) -> Iterator[Offer]:
        """The versions of one source package in a suite. ``kind`` is "sources" or "packages"."""
        for component in suite.release.components:
            yield from self._index(suite, component, kind).get(name, ())

    def lacks_sources(self, suite: Suite) -> bool:
        """Whether a component's list of source packages was missing when the offers of the suite were read."""
        return (suite.place, suite.name) in self._lacking

    def fix_evidence(self, place: str, offer: Offer) -> FixEvidence:
        def read(file: BinaryIO) -> bytes:
            return zlib.compress(msgspec.msgpack.encode(fix_evidence_in(file)))

        index = Index(offer.sha256, offer.size_bytes)
        return from_msgpack(zlib.decompress(self.derived("told2", place, (offer.path,), index, read)), FixEvidence)

    def derived(self, kind: str, place: str, paths: Sequence[str], index: Index, read: Callable[[BinaryIO], bytes]) -> bytes:
        """The result of ``read`` for a file, kept under the checksum of that file."""
        kept = self._cache / f"{index.digest}.{kind}" if self._cache else None
        try:
            if kept:
                data = unsealed(kept.name, kept.read_bytes())
                kept.touch()
                return data
        except FileNotFoundError:
            pass
        except (OSError, ValueError) as error:
            log.warning("%s in the cache is damaged (%s): it is fetched anew", kept, error)
        with self._checked(place, paths, index) as file:
            try:
                made = read(file)
            except (ValueError, Error) as error:
                raise ArchiveError(f"{shown(place)}/{paths[0]}: {error}", "check the mirror") from None
        if kept:
            _keep(kept, sealed(kept.name, made), self._max_kept_bytes)
        return made

    def signed(self, place: str, path: str, signature: str) -> bytes:
        """The content of a file that has a detached signature. If the user gave no keys, the signature is not verified, and
        ``unsigned`` states this. Raises ArchiveError for a wrong signature.
        """
        with self._fetch(place, path, MAX_RELEASE_BYTES) as file:
            data = file.read()
        if not self._keys:
            self.unsigned = "; their signature was not verified: no keys were given"
            return data
        try:
            with self._fetch(place, signature, MAX_RELEASE_BYTES) as file:
                verify_detached(data, file.read(), self._keys)
        except (ArchiveError, ValueError, OSError) as error:
            raise ArchiveError(f"{shown(place)}/{path} cannot be trusted: {error}") from None
        return data

    def _suite(self, place: str, name: str) -> Suite | None:
        if (place, name) not in self._suites:
            self._suites[place, name] = None
            try:
                if place not in self._unreachable:
                    self._suites[place, name] = self._read_suite(place, name)
            except NetworkError as error:
                self._unreachable.add(place)
                self._refused[place, name] = str(error)
            except ArchiveError as error:
                log.debug("%s", error)
                if not error.absent:
                    self._refused[place, name] = str(error)
        return self._suites[place, name]

    def _read_suite(self, place: str, name: str) -> Suite:
        path = f"dists/{name}/InRelease"
        with self._fetch(place, path, MAX_RELEASE_BYTES) as file:
            data = file.read()
        try:
            signed: Signed = verified(data, self._keys)
            release = read_release(signed.text)
        except (ValueError, OSError) as error:
            raise ArchiveError(f"{shown(place)}/{path}: {error}") from None
        if name not in (release.codename, release.suite):
            raise ArchiveError(f"{shown(place)}/{path} is that of {release.codename or release.suite}", "check the mirror")
        return Suite(place, name, release, signed.why)

    def _index(self, suite: Suite, component: str, kind: str) -> _INDICES:
        key = suite.place, suite.name, component, kind
        if key not in self._indices:
            self._indices[key] = self._read_index(suite, component, kind)
        return self._indices[key]

    def _read_index(self, suite: Suite, component: str, kind: str) -> _INDICES:
        """An index in the first form that exists; later indices of the same place are first tried in this form. Empty
        if a mirror lacks the component or the sources.
        """
        read = _reader(sources if kind == "sources" else packages)
        for form in self._forms.get((suite.place, kind), FORMS):
            path = _path(suite.release, component, kind) + form
            index = suite.release.indices.get(path)
            if index is None:
                continue
            folder = f"dists/{suite.name}/{path.rpartition('/')[0]}"
            # While a mirror is updated, the file of this list is available under its checksum.
            paths = (f"dists/{suite.name}/{path}", f"{folder}/by-hash/SHA256/{index.digest}")
            try:
                packed = self.derived(kind, suite.place, paths, index, read) if index.size_bytes else b"\x80"
            except ArchiveError as error:
                if not error.absent:
                    raise
                log.debug("%s", error)
                continue
            if index.size_bytes:
                self._forms[suite.place, kind] = (form,)
            return from_msgpack(packed, _INDICES)
        plain = suite.release.indices.get(_path(suite.release, component, kind))
        if kind == "sources" and not (plain and plain.size_bytes == 0):
            self._lacking.add((suite.place, suite.name))
        return {}

    def _checked(self, place: str, paths: Sequence[str], index: Index) -> BinaryIO:
        """A file that matches its checksum in a list; if the first of the ``paths`` does not, the others are tried.
        Raises ArchiveError.
        """
        if index.size_bytes > MAX_FILE_BYTES:
            raise ArchiveError(f"{shown(place)}/{paths[0]} has more than {MAX_FILE_BYTES >> 20} MiB")
        for path in paths:
            try:
                file = self._fetch(place, path, index.size_bytes)
            except ArchiveError as error:
                if path == paths[0] or not error.absent:
                    raise
                break
            digest = hashlib.new(index.algorithm)
            while chunk := file.read(CHUNK_BYTES):
                digest.update(chunk)
            if digest.hexdigest() == index.digest:
                file.seek(0)
                return file
            file.close()
        raise ArchiveError(f"{shown(place)}/{paths[0]} has another checksum than the archive's list states", "check the mirror")

    def _fetch(self, place: str, path: str, limit: int) -> BinaryIO:
        """A file of an archive, as a temporary file without a name."""
        if time.monotonic() > self.deadline:
            raise ArchiveError("the time limit for reading the archive was reached", "what was read is kept: scan again")
        target = cast(BinaryIO, TemporaryFile())
        try:
            done = 0
            for chunk in self._chunks(place, path):
                done += len(chunk)
                if done > limit:
                    raise ArchiveError(f"{shown(place)}/{path} is longer than it should be")
                target.write(chunk)
                self._progress(f"archive: {path.rpartition('/')[2]}", done, limit if limit != MAX_RELEASE_BYTES else None)
        except BaseException:
            target.close()
            raise
        target.seek(0)
        return target

    def _chunks(self, place: str, path: str) -> Iterator[bytes]:
        if "://" not in place:
            try:
                with Path(place, path).open("rb") as file:
                    yield from iter(lambda: file.read(CHUNK_BYTES), b"")
            except FileNotFoundError:
                raise ArchiveError(f"{place} has no {path}", absent=True) from None
            except OSError as error:
                raise ArchiveError(f"{place}/{path} cannot be read: {error.strerror}") from None
            return
        if self._fetcher is None:
            raise ArchiveError(f"{shown(place)} is an address, and the network is not used")
        response = self._fetcher.request(f"{place}/{quote(path)}", headers={"Accept-Encoding": "identity"})
        try:
            if response.status != 200:
                absent = response.status in (403, 404, 410)
                raise ArchiveError(f"{shown(place)} answers {response.status} for {path}", absent=absent)
            yield from iter(lambda: response.read(CHUNK_BYTES), b"")
        finally:
            response.close()


def _path(release: Release, component: str, kind: str) -> str:
    """The path of an index, without its compression. One architecture is enough, because all have the same changelogs."""
    if kind == "sources":
        return f"{component}/source/Sources"
    pattern = re.compile(rf"({re.escape(component)}/binary-[\w-]+/Packages)(?:\.[gx]z)?")
    found = {match[1] for path in release.indices if (match := pattern.fullmatch(path))}
    return min(found, key=lambda path: ("binary-amd64" not in path, "binary-all" in path, path), default="")


def _reader(parse: Callable[[Iterator[bytes]], Iterator[tuple[str, Offer]]]) -> Callable[[BinaryIO], bytes]:
    def read(file: BinaryIO) -> bytes:
        stream = open_stream(file, Limits(inflated_bytes=MAX_INDEX_BYTES))
        found: _INDICES = defaultdict(list)
        for name, offer in parse(iter(lambda: stream.read(CHUNK_BYTES), b"")):
            found[name].append(offer)
        return msgspec.msgpack.encode(found)

    return read


def _keep(path: Path, data: bytes, max_bytes: int) -> None:
    """Writes a file into the cache, and removes old ones beyond ``max_bytes``. Errors are logged: they only cost
    another download.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_whole(path, lambda file: file.write(data))
        kept = sorted(((file.stat().st_mtime, file.stat().st_size, file) for file in path.parent.iterdir()), reverse=True)
        total = 0
        for _, size, file in kept:
            total += size
            if total > max_bytes:
                file.unlink(missing_ok=True)
    except OSError as error:
        log.debug("%s could not be kept: %s", path, error)


def shown(place: str) -> str:
    """The place for display: an address without its credentials."""
    scheme, separator, rest = place.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{path}" if separator else place
