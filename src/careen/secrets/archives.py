"""The secrets in configuration that is packed: in archives of Java and in zip archives, and in such archives within them.

Of a zip archive all configuration is read, of an archive of Java what somebody wrote for an application: the configuration of
its own classes, and files named like a credential. The path of a secret is ``ARCHIVE!/MEMBER``.
Bounds: 1 MiB a member, 2,000 members and 64 MiB of them; 2,000 archives within, 8 deep, and 1 GiB of them inflated, 128 MiB at
a time. What is over them is an Unknown.
Raises: ValueError if a zip archive is damaged.
"""

import io
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO

from careen.formats.archives.collected import Collected
from careen.formats.archives.zip import Entry, in_place, read, walk
from careen.formats.archives.zip_members import first_name
from careen.formats.packages.jar import SUFFIXES, is_archive
from careen.model.finding import ExposedSecret
from careen.model.inventory import Unknown
from careen.model.package import Evidence
from careen.plugins import File
from careen.safety.pattern import pattern

from .encodings import encoding_of
from .find import Search
from .paths import is_archive_searched, is_credential, is_searched

OF_JAVA = (*SUFFIXES, ".aar")
ENDINGS = (*OF_JAVA, ".zip", ".pyz")
MAX_MEMBER_BYTES = 1 << 20
MAX_MEMBERS = 2_000
MAX_ARCHIVES = 2_000
MAX_DEPTH = 8
MAX_BYTES = 64 << 20
MAX_INFLATED_BYTES = 1 << 30  # of archives within archives
MAX_HELD_BYTES = 128 << 20
_OWN = pattern(
    r"^(?:config/)?(?:application|bootstrap)[^/]*$|^(?:BOOT-INF|WEB-INF)/(?:classes/(?!META-INF/)|[^/]+$)|"
    r"^(?:(?:BOOT-INF|WEB-INF)/classes/)?META-INF/(?:context\.xml|persistence\.xml|microprofile-config[^/]*)$"
)
_CONFIGURATION = (
    ".properties", ".yml", ".yaml", ".json", ".xml", ".conf", ".cfg", ".cnf", ".config", ".ini", ".toml", ".env", ".hocon",
    ".sh", ".sql", ".txt",
)  # fmt: skip

Found = Iterator[ExposedSecret | Unknown]


def wanted(path: str, mode: int = 0) -> bool:
    return is_archive_searched(path)


def read_archive(file: File) -> Found:
    with file.open() as stream:
        try:
            yield from _Archives().found(stream, file.path)
        except ValueError:
            if not file.path.endswith(SUFFIXES):  # else the reader of its packages reports it
                raise


def read_unnamed(file: File) -> Collected | None:
    """Begins to collect an archive whose name has no ending, such as a program that is a zip archive behind a launcher
    script; ``file`` has only the first bytes.
    """
    name = file.path.rpartition("/")[2]
    if "." in name or not first_name(file.data) or not wanted(file.path):
        return None
    of_java = is_archive("", file.data)
    return Collected(lambda stream: _Archives().found(stream, file.path, of_java=of_java))


class _Archives:
    """An archive with all archives within it, which share the bounds."""

    def __init__(self) -> None:
        self._members, self._bytes = MAX_MEMBERS, MAX_BYTES
        self._archives, self._inflated_bytes = MAX_ARCHIVES, MAX_INFLATED_BYTES
        self._is_over = False

    def found(self, stream: BinaryIO, path: str, depth: int = 1, held_bytes: int = 0, *, of_java: bool | None = None) -> Found:
        of_java = path.lower().endswith(OF_JAVA) if of_java is None else of_java
        searched = (entry for entry in walk(stream) if _is_searched(entry, of_java))
        for entry in list(islice(searched, MAX_MEMBERS + MAX_ARCHIVES + 1)):
            place = f"{path}!/{entry.name}"
            try:
                if entry.name.lower().endswith(ENDINGS):
                    yield from self._within(stream, entry, place, depth, held_bytes)
                else:
                    yield from self._in_member(stream, entry, place)
            except ValueError:
                continue  # encrypted, or damaged: nobody can read it
            if self._is_over:
                return

    def _within(self, stream: BinaryIO, entry: Entry, place: str, depth: int, held_bytes: int) -> Found:
        inner, size = in_place(stream, entry), 0
        if inner is None:
            size = entry.size
        if depth == MAX_DEPTH or held_bytes + size > MAX_HELD_BYTES:
            yield _unsearched(place, "this archive was not searched: it is too deep or too large")
            return
        self._archives -= 1
        self._inflated_bytes -= size
        if self._archives < 0 or self._inflated_bytes < 0:
            yield self._over(place)
            return
        yield from self.found(inner or io.BytesIO(read(stream, entry, size)), place, depth + 1, held_bytes + size)

    def _in_member(self, stream: BinaryIO, entry: Entry, place: str) -> Found:
        self._members -= 1
        if self._members < 0 or entry.size > self._bytes:
            yield self._over(place)
        elif entry.size > MAX_MEMBER_BYTES:
            yield _unsearched(place, f"it has over {MAX_MEMBER_BYTES >> 20} MiB, and was not searched")
        else:
            self._bytes -= entry.size
            yield from _found(place, read(stream, entry, MAX_MEMBER_BYTES))

    def _over(self, place: str) -> Unknown:
        self._is_over = True
        return _unsearched(place, "this member and those after it were not searched: they are too many or too large")


def _unsearched(place: str, why: str) -> Unknown:
    return Unknown("secrets", Evidence(place, 0), why)


def _is_searched(entry: Entry, of_java: bool) -> bool:
    name = entry.name
    if name.endswith((".class", "/")) or not entry.size:  # most members, refused at once
        return False
    name = name.lstrip("/")
    lowered = name.lower()
    if lowered.endswith(ENDINGS):
        return is_archive_searched(name)
    own = lowered.endswith(_CONFIGURATION) and (not of_java or _OWN.search(name) is not None)
    return (own or is_credential(name)) and is_searched(name)


def _found(path: str, content: bytes) -> Found:
    encoding = encoding_of(content)
    if encoding is None:
        return
    search = Search(path)
    search.feed(content if encoding == "utf-8" else content.decode(encoding, "replace").encode("utf-8", "replace"))
    yield from search.facts()
