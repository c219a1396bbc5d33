"""Libraries that were linked into a program or library of any name, and programs that state their own name and version.

Each has a text of its own among the constants: zlib's copyright, OpenSSL's version and date, SQLite's file header. A program
that only uses OpenSSL may repeat the version text of its headers: the library has also the text ``OPENSSLDIR``. SQLite's
version is a constant of the same object file as the file header. The constants are searched once, code is not; programs of Go,
which link no C by themselves, are not read, nor are the system's own libraries and its small programs.
Raises: nothing; without a certain version a library is left out.
**Source:** the libraries' sources: deflate.c, cversion.c, png.c, tif_version.c, xmlparse.c, "sqlite3_version[]".
"""

import re
from collections import deque
from collections.abc import Iterator
from typing import Literal, NamedTuple

from careen.formats.binaries.go_build_info import has_go_build_id
from careen.formats.binaries.segments import Ranges, data_ranges, mappings, within
from careen.model.package import Package
from careen.plugins import File
from careen.safety.pattern import pattern

from .own_name import VERSION, OwnName, own_name

NEAR_BYTES = 256 * 1024
SMALL_BYTES = 1 << 20  # smaller programs in the system's folders are mostly the distribution's, and contain no such library
MAX_PLACES = 10_000  # of one text in one file: honest files have a few, those with many messages of OpenSSL hundreds


class Text(NamedTuple):
    """What a library has among its constants: ``mark`` is part of what ``versions`` matches."""

    name: str
    product: str
    mark: bytes
    versions: re.Pattern[bytes]
    of: Literal["any", "library", "program"] = "any"  # which files are searched for it: each text costs time


TEXTS = (
    Text("zlib", "zlib:zlib", b" Copyright 1995-", pattern(rb"flate (1(?:\.\d{1,2}){1,3})[0-9a-z.-]{0,20} Copyright 1995-")),
    Text(
        "openssl",
        "openssl:openssl",
        b"OpenSSL ",
        pattern(
            rb"OpenSSL (\d\.\d{1,2}\.\d{1,2}(?:[a-z]{1,2}|-(?:alpha|beta|pre|dev)\d{0,2})?)"
            rb"(?:-fips|\+quic)? {1,2}\d{1,2} [A-Z][a-z]{2} \d{4}"
        ),
    ),
    Text("aws-lc", "amazon:aws-lc", b"\0AWS-LC ", pattern(rb"\x00AWS-LC (?:FIPS )?(\d{1,2}\.\d{1,3}\.\d{1,3})\x00"), "library"),
    Text(
        "libpng",
        "libpng:libpng",
        b"libpng version ",
        pattern(rb"libpng version (1\.\d\.\d{1,3})[^\x00\n]{0,40}\n {0,3}Copyright"),
        "library",
    ),
    Text(
        "libtiff",
        "libtiff:libtiff",
        b"LIBTIFF, Version ",
        pattern(rb"LIBTIFF, Version (\d\.\d{1,2}\.\d{1,2})[\x00\n]"),
        "library",
    ),
    Text(
        "libjpeg-turbo",
        "libjpeg-turbo:libjpeg-turbo",
        b"libjpeg-turbo version ",
        pattern(rb"libjpeg-turbo version (\d\.\d{1,2}\.\d{1,2}(?:\.\d{1,2})?) \(build "),
        "library",
    ),
    Text("expat", "libexpat_project:libexpat", b"\0expat_", pattern(rb"\x00expat_(\d\.\d{1,2}\.\d{1,2})\x00"), "library"),
    Text(
        "curl",
        "haxx:libcurl",
        b"CLIENT libcurl ",
        pattern(rb"CLIENT libcurl (\d\.\d{1,3}\.\d{1,3})(?:-[0-9A-Za-z.]{1,30})?\r\n"),
        "library",
    ),
    Text(
        "node",
        "nodejs:node.js",
        b"node.js/v",
        pattern(rb"node\.js/v(\d{1,3}\.\d{1,3}\.\d{1,3}(?:-[0-9A-Za-z.]{1,60})?)[\x00 +]"),
        "program",
    ),
    Text(
        "electron",
        "electronjs:electron",
        b" Electron/",
        pattern(rb"Chrome/[\d.]{7,20} Electron/(\d{1,3}\.\d{1,3}\.\d{1,3}(?:-(?:alpha|beta|nightly)\.\d{1,8})?)[\x00 ]"),
        "program",
    ),
    Text("chrome", "google:chrome", b" Electron/", pattern(rb"Chrome/(\d{2,3}\.0\.\d{4,5}\.\d{1,3}) Electron/"), "program"),
)
_OPENSSL_ITSELF, _SQLITE_HEADER = b'OPENSSLDIR: "', b"SQLite format 3\0"
_VERSION_OPTION, _IN_PLACE = b"--version\0", b"-inplace"
_SQLITE = pattern(rb"(?<![ -~])(3\.\d{1,2}\.\d{1,2}(?:\.\d{1,2})?)\x00")
_NAME_AND_VERSION = pattern(rb"--version\x00([A-Za-z][A-Za-z0-9_+-]{1,40}) v?(" + VERSION + rb")\x00")
_UNIT = pattern(rb"([A-Za-z][A-Za-z0-9-]{1,40})-(\d{1,5}(?:\.\d{1,8}){1,4})-inplace")  # GHC's name of the program's own package
_BEFORE_BYTES, _AFTER_BYTES = 64, 64
_MODULES = (".node", ".abi3.so", "-linux-gnu.so", "-linux-musl.so", "-darwin.so")
_SYSTEM_LIBRARIES = pattern(r"(?:usr/)?lib(?:32|64|x32)?(?:/(?!python|node_modules/)[^/]+)*")
_SYSTEM_PROGRAMS = pattern(r"(?:usr/)?(?:s?bin|lib(?:exec)?(?:/(?!python|node_modules/)[^/]+)*)")


def read_linked(file: File, known: frozenset[str]) -> "LinkedScanner | None":
    """``known``: what rules for files of this name look for."""
    folder, _, name = file.path.rpartition("/")
    library = ".so" in name or name.endswith(_MODULES)
    if library and _SYSTEM_LIBRARIES.fullmatch(folder):
        return None
    if not library and file.size_bytes < SMALL_BYTES and _SYSTEM_PROGRAMS.fullmatch(folder):
        return None
    try:
        if has_go_build_id(file.data):
            return None
        ranges = data_ranges(mappings(file.data))
    except ValueError:
        return None  # not a file that could run
    return LinkedScanner(ranges, known, None if library or known else own_name(name), library=library)


class LinkedScanner:
    def __init__(self, ranges: Ranges | None, known: frozenset[str], own: OwnName | None, *, library: bool) -> None:
        self.ranges = ranges
        self._known, self._own = known, own
        self._at = self._end_at = 0
        self._recent: deque[bytes] = deque()  # parts that follow one another, at least NEAR_BYTES of them
        self._recent_bytes = 0
        kinds = ("any", "library") if library else ("any", "program") if own else ("any",)
        texts = [text for text in TEXTS if text.name not in known and text.of in kinds]
        self._marks: list[tuple[bytes, list[Text]]] = []
        for mark in dict.fromkeys(text.mark for text in texts):
            self._marks.append((mark, [text for text in texts if text.mark == mark]))
        self._marks += [(_OPENSSL_ITSELF, []), (_SQLITE_HEADER, [])]
        if own:
            self._marks += [(_VERSION_OPTION, []), (_IN_PLACE, [])]
        self._places = dict.fromkeys((mark for mark, _ in self._marks), 0)
        self._found: dict[Text, set[bytes]] = {text: set() for text in texts}
        self._has_openssl = False
        self._named: set[tuple[bytes, bytes]] = set()  # name and version that the program gives itself
        self._around_sqlite = bytearray()  # what lies before and after SQLite's file header
        self._sqlite_end = 0  # how many bytes that may be

    def skip(self, size: int) -> None:
        self._at += size

    def feed(self, chunk: bytes) -> None:
        for at, part in ((self._at, chunk),) if self.ranges is None else within(self.ranges, self._at, chunk):
            if at != self._end_at:
                self._recent.clear()
                self._recent_bytes = 0
            self._search(part)
            self._end_at = at + len(part)
        self._at += len(chunk)

    def facts(self) -> Iterator[Package]:
        if self._own and (named := self._own.version() or self._name_and_version()):
            yield Package("generic", None, *named, cataloger="binary", confidence=0.6)
        for text, versions in self._found.items():
            if len(versions) == 1 and (text.name != "openssl" or self._has_openssl):
                yield _package(text.name, text.product, next(iter(versions)).decode())
        if self._around_sqlite and "sqlite" not in self._known:
            versions = set(_SQLITE.findall(self._around_sqlite))
            if len(versions) == 1:  # other programs recognise files by this header
                yield _package("sqlite", "sqlite:sqlite", versions.pop().decode())

    def _search(self, part: bytes) -> None:
        if len(self._around_sqlite) < self._sqlite_end:
            self._around_sqlite += part[: self._sqlite_end - len(self._around_sqlite)]
        seam = self._before(_BEFORE_BYTES + _AFTER_BYTES) + part[: _BEFORE_BYTES + _AFTER_BYTES]
        for data in (seam, part):
            if self._own:
                self._own.search(data)
            for mark, texts in self._marks:
                at = data.find(mark)
                while at >= 0 and self._places[mark] < MAX_PLACES:
                    self._places[mark] += 1
                    around = data[max(0, at - _BEFORE_BYTES) : at + len(mark) + _AFTER_BYTES]
                    for text in texts:
                        self._found[text].update(text.versions.findall(around))
                    if not texts:
                        self._note(mark, around, part[: at + NEAR_BYTES] if data is part else part[:NEAR_BYTES])
                    at = data.find(mark, at + len(mark))
        self._recent.append(part)
        self._recent_bytes += len(part)
        while self._recent_bytes - len(self._recent[0]) >= NEAR_BYTES:
            self._recent_bytes -= len(self._recent.popleft())

    def _before(self, size: int) -> bytes:
        """The last bytes before this part."""
        parts: list[bytes] = []
        for part in reversed(self._recent):
            if size <= 0:
                break
            parts.append(part[-size:])
            size -= len(part)
        return b"".join(reversed(parts))

    def _note(self, mark: bytes, around: bytes, part: bytes) -> None:
        if mark == _OPENSSL_ITSELF:
            self._has_openssl = True
        elif mark == _VERSION_OPTION:
            self._named.update(_NAME_AND_VERSION.findall(around))
        elif mark == _IN_PLACE:
            units = (unit for unit in _UNIT.findall(around) if self._own and unit[0].decode().lower() == self._own.name.lower())
            self._named.update(units)
        elif not self._around_sqlite:
            before = self._before(NEAR_BYTES)
            self._sqlite_end = len(before) + len(part) + NEAR_BYTES
            self._around_sqlite += before + part

    def _name_and_version(self) -> tuple[str, str] | None:
        if len(self._named) != 1:
            return None
        name, version = next(iter(self._named))
        return name.decode(), version.decode()


def _package(name: str, product: str, version: str) -> Package:
    cpe = f"cpe:2.3:a:{product}:{version}:*:*:*:*:*:*:*"
    return Package("generic", None, name, version, cataloger="binary", confidence=0.8, cpe=cpe)
