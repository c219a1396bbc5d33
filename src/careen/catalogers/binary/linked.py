"""zlib, OpenSSL and SQLite that were linked into a program or an extension module, whatever its name; and the program itself.

Each has a text of its own among the constants: zlib's copyright, OpenSSL's version and date, SQLite's file header. A program
that only uses OpenSSL may repeat the version text of its headers: the library has also the text ``OPENSSLDIR``. SQLite's
version is a constant of the same object file as the file header. The constants are searched once, code is not; programs of Go,
which link no C by themselves, are not read.
Raises: nothing; without a certain version the library is left out, SQLite is listed without one.
**Source:** zlib, deflate.c and inftrees.c; OpenSSL, cversion.c; SQLite, "sqlite3_version[]".
"""

from collections import deque
from collections.abc import Iterator

from careen.formats.binaries.go_build_info import has_go_build_id
from careen.formats.binaries.segments import Ranges, data_ranges, mappings, within
from careen.model.package import Package
from careen.plugins import File
from careen.safety.pattern import pattern

from .own_name import VERSION, OwnName, own_name

NEAR_BYTES = 256 * 1024
MAX_PLACES = 100  # of one text in one file: honest files have a few

_ZLIB = pattern(rb"(?:de|in)flate (1(?:\.\d{1,2}){1,3})[0-9a-z.-]{0,20} Copyright 1995-")
_OPENSSL = pattern(
    rb"OpenSSL (\d\.\d{1,2}\.\d{1,2}(?:[a-z]{1,2}|-(?:alpha|beta|pre|dev)\d{0,2})?)"
    rb"(?:-fips|\+quic)? {1,2}\d{1,2} [A-Z][a-z]{2} \d{4}"
)
_SQLITE = pattern(rb"(?<![ -~])(3\.\d{1,2}\.\d{1,2}(?:\.\d{1,2})?)\x00")
_SAYS = pattern(rb"--version\x00([A-Za-z][A-Za-z0-9_+-]{1,40}) v?(" + VERSION + rb")\x00")
_UNIT = pattern(rb"([A-Za-z][A-Za-z0-9-]{1,40})-(\d{1,5}(?:\.\d{1,8}){1,4})-inplace")  # GHC's name of the program's own package
_MARKS = (b" Copyright 1995-", b"OpenSSL ", b'OPENSSLDIR: "', b"SQLite format 3\0", b"--version\0", b"-inplace")
_BEFORE_BYTES, _AFTER_BYTES = 64, 64
_MODULES = (".node", ".abi3.so", "-linux-gnu.so", "-linux-musl.so", "-darwin.so")


def read_linked(file: File, known: frozenset[str]) -> "LinkedScanner | None":
    """``known``: what rules for files of this name look for."""
    name = file.path.rpartition("/")[2]
    module = ".so" in name or name.endswith(_MODULES)
    if module and not name.endswith(_MODULES):
        return None
    try:
        if has_go_build_id(file.data):
            return None
        ranges = data_ranges(mappings(file.data))
    except ValueError:
        return None  # not a file that could run
    return LinkedScanner(ranges, known, None if module or known else own_name(name))


class LinkedScanner:
    def __init__(self, ranges: Ranges | None, known: frozenset[str], own: OwnName | None) -> None:
        self.ranges = ranges
        self._known, self._own = known, own
        self._at = self._end_at = 0
        self._recent: deque[bytes] = deque()  # parts that follow one another, at least NEAR_BYTES of them
        self._recent_bytes = 0
        self._places = 0
        self._zlib: set[bytes] = set()
        self._openssl: set[bytes] = set()
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
        if len(self._zlib) == 1:
            yield from self._package("zlib", "zlib:zlib", self._zlib)
        if self._has_openssl and len(self._openssl) == 1:
            yield from self._package("openssl", "openssl:openssl", self._openssl)
        if self._around_sqlite:
            versions = set(_SQLITE.findall(self._around_sqlite))
            yield from self._package("sqlite", "sqlite:sqlite", versions if len(versions) == 1 else {b""})

    def _search(self, part: bytes) -> None:
        if len(self._around_sqlite) < self._sqlite_end:
            self._around_sqlite += part[: self._sqlite_end - len(self._around_sqlite)]
        seam = self._before(_BEFORE_BYTES + _AFTER_BYTES) + part[: _BEFORE_BYTES + _AFTER_BYTES]
        for data in (seam, part):
            if self._own:
                self._own.search(data)
            for mark in _MARKS:
                at = data.find(mark)
                while at >= 0 and self._places < MAX_PLACES * len(_MARKS):
                    self._places += 1
                    self._note(mark, data, at, part)
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

    def _note(self, mark: bytes, data: bytes, at: int, part: bytes) -> None:
        around = data[max(0, at - _BEFORE_BYTES) : at + len(mark) + _AFTER_BYTES]
        if mark == _MARKS[0]:
            self._zlib.update(_ZLIB.findall(around))
        elif mark == _MARKS[1]:
            self._openssl.update(_OPENSSL.findall(around))
        elif mark == _MARKS[2]:
            self._has_openssl = True
        elif mark == _MARKS[4]:
            self._named.update(_SAYS.findall(around))
        elif mark == _MARKS[5]:
            units = (unit for unit in _UNIT.findall(around) if self._own and unit[0].decode().lower() == self._own.name.lower())
            self._named.update(units)
        elif not self._around_sqlite:
            before = self._before(NEAR_BYTES)
            self._sqlite_end = len(before) + (at if data is part else 0) + NEAR_BYTES
            self._around_sqlite += before + part[: self._sqlite_end - len(before)]

    def _name_and_version(self) -> tuple[str, str] | None:
        if len(self._named) != 1:
            return None
        name, version = next(iter(self._named))
        return name.decode(), version.decode()

    def _package(self, name: str, product: str, versions: set[bytes]) -> Iterator[Package]:
        version = next(iter(versions)).decode()
        if name in self._known:
            return
        cpe = f"cpe:2.3:a:{product}:{version}:*:*:*:*:*:*:*" if version else None
        yield Package("generic", None, name, version, cataloger="binary", confidence=0.8 if version else 0.6, cpe=cpe)
