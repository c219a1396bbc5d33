"""Libraries that were linked into a program or library of any name, and programs that state their own name and version.

``version_texts`` finds the libraries, by the ``[[linked]]`` rules of ``programs``. A program that only uses OpenSSL may repeat
the version text of its headers: the library has also the text ``OPENSSLDIR``, anywhere. The constants are searched once, code
is not; programs of Go, which link no C by themselves, are not read, nor are the system's own libraries. Its smaller
programs are searched for their own version alone, and its smallest are not read.
Without a certain version a library is left out. Raises: OverBudgetError for more numbers than are looked at.
"""

from collections.abc import Iterator

from careen.errors import OverBudgetError
from careen.formats.binaries.go_build_info import has_go_build_id
from careen.formats.binaries.segments import Ranges, data_ranges, mappings, within
from careen.model.package import Package
from careen.plugins import File
from careen.safety.pattern import pattern

from .own_name import VERSION, OwnName, own_name
from .programs import Linked, linked_libraries
from .version_texts import MAX_NUMBERS, Known, VersionTexts, lone_versions

SMALL_BYTES = 1 << 20  # smaller programs in the system's folders are mostly the distribution's, and contain no such library
SMALLEST_BYTES = 128 << 10  # most of the system's programs are smaller still, and many of them are of one package
OWN_CONFIDENCE = 0.6
LONE_CONFIDENCE = 0.4  # of a version without a name beside it
MAX_PLACES = 10_000  # of one text in one file

_VERSION_OPTION, _IN_PLACE = b"--version\0", b"-inplace"
_NAME_AND_VERSION = pattern(rb"--version\x00([A-Za-z][A-Za-z0-9_+-]{1,40}) v?(" + VERSION + rb")\x00")
_UNIT = pattern(rb"([A-Za-z][A-Za-z0-9-]{1,40})-(\d{1,5}(?:\.\d{1,8}){1,4})-inplace")  # GHC's name of the program's own package
_AROUND_BYTES = 64
_SEAM_BYTES = 2 * _AROUND_BYTES
_MODULES = (".node", ".abi3.so", "-linux-gnu.so", "-linux-musl.so", "-darwin.so")
_SYSTEM_LIBRARIES = pattern(r"(?:usr/)?lib(?:32|64|x32)?(?:/(?!python|node_modules/)[^/]+)*")
_SYSTEM_PROGRAMS = pattern(r"(?:usr/)?(?:s?bin|lib(?:exec)?(?:/(?!python|node_modules/)[^/]+)*)")


def read_linked(file: File, known: frozenset[str]) -> "LinkedScanner | OwnScanner | None":
    """``known``: what rules for files of this name search for."""
    folder, _, name = file.path.rpartition("/")
    library = ".so" in name or name.endswith(_MODULES)
    if library and _SYSTEM_LIBRARIES.fullmatch(folder):
        return None
    small = not library and file.size_bytes < SMALL_BYTES and bool(_SYSTEM_PROGRAMS.fullmatch(folder))
    own = None if known else own_name(name)
    if small and (own is None or file.size_bytes < SMALLEST_BYTES):
        return None
    try:
        if has_go_build_id(file.data):
            return None
        ranges = data_ranges(mappings(file.data))
    except ValueError:
        return None  # not a file that could run
    return OwnScanner(ranges, own) if small and own else LinkedScanner(ranges, known, own)


class OwnScanner:
    """Searches a small file for its own version alone."""

    def __init__(self, ranges: Ranges | None, own: OwnName) -> None:
        self.ranges = ranges
        self._own = own
        self._at = self._end_at = 0
        self._parts: list[bytes] = [b"\0"]

    def skip(self, size: int) -> None:
        self._at += size

    def feed(self, chunk: bytes) -> None:
        for at, part in ((self._at, chunk),) if self.ranges is None else within(self.ranges, self._at, chunk):
            if at != self._end_at:
                self._parts.append(b"\0")
            self._parts.append(part)
            self._end_at = at + len(part)
        self._at += len(chunk)

    def facts(self) -> Iterator[Package]:
        data = b"".join(self._parts)
        self._own.search(data)
        if named := self._own.version():
            yield _own_package(named, OWN_CONFIDENCE)
        elif versions := lone_versions(data):
            self._own.search_callees(data)
            if named := self._own.only_version(versions):
                yield _own_package(named, LONE_CONFIDENCE)


class LinkedScanner:
    def __init__(self, ranges: Ranges | None, known: frozenset[str], own: OwnName | None) -> None:
        self.ranges = ranges
        self._own = own
        self._at = self._end_at = 0
        self._recent = b""  # the last bytes before the next part
        self._texts = VersionTexts(_KNOWN, known, is_program=own is not None)
        self._anywhere = dict.fromkeys((*_ANYWHERE, *((_VERSION_OPTION, _IN_PLACE) if own else ())), 0)
        self._named: set[tuple[bytes, bytes]] = set()  # name and version that the program gives itself

    def skip(self, size: int) -> None:
        self._at += size

    def feed(self, chunk: bytes) -> None:
        for at, part in ((self._at, chunk),) if self.ranges is None else within(self.ranges, self._at, chunk):
            if at != self._end_at:
                self._texts.end_of_range()
                self._recent = b""
            self._search(part)
            self._texts.feed(part)
            self._end_at = at + len(part)
        self._at += len(chunk)

    def facts(self) -> Iterator[Package]:
        libraries = [
            (library, version)
            for library, version in self._texts.found()
            if not library.anywhere or self._anywhere[library.anywhere.encode()]
        ]
        yield from self._own_package({version for _, version in libraries})
        for library, version in libraries:
            yield _package(library, version)
        if self._texts.is_cut:
            raise OverBudgetError(f"only its first {MAX_NUMBERS:,} numbers were searched for versions of libraries")

    def _own_package(self, others: set[str]) -> Iterator[Package]:
        if self._own is None:
            return
        if named := self._own.version() or self._name_and_version():
            yield _own_package(named, OWN_CONFIDENCE)
        elif (named := self._own.only_version(self._texts.alone)) and named[1] not in others:
            yield _own_package(named, LONE_CONFIDENCE)

    def _search(self, part: bytes) -> None:
        seam = self._recent + part[:_SEAM_BYTES]
        for data in (seam, part):
            if self._own:
                self._own.search(data)
                self._own.search_callees(data)
            for text, places in self._anywhere.items():
                at = data.find(text)
                while at >= 0 and places < MAX_PLACES:
                    places += 1
                    self._note(text, data[max(0, at - _AROUND_BYTES) : at + len(text) + _AROUND_BYTES])
                    at = data.find(text, at + len(text))
                self._anywhere[text] = places
        self._recent = seam[-_SEAM_BYTES:] if len(part) < _SEAM_BYTES else part[-_SEAM_BYTES:]

    def _note(self, text: bytes, around: bytes) -> None:
        if text == _VERSION_OPTION:
            self._named.update(_NAME_AND_VERSION.findall(around))
        elif text == _IN_PLACE:
            units = (unit for unit in _UNIT.findall(around) if self._own and unit[0].decode().lower() == self._own.name.lower())
            self._named.update(units)

    def _name_and_version(self) -> tuple[str, str] | None:
        if len(self._named) != 1:
            return None
        name, version = next(iter(self._named))
        return name.decode(), version.decode()


def _own_package(named: tuple[str, str], confidence: float) -> Package:
    return Package("generic", None, *named, cataloger="binary", confidence=confidence)


def _package(library: Linked, version: str) -> Package:
    cpe = f"cpe:2.3:a:{library.cpe}:{version}:*:*:*:*:*:*:*" if library.cpe else None
    return Package("generic", None, library.name, version, cataloger="binary", confidence=0.8, cpe=cpe)


_LIBRARIES = linked_libraries()
_KNOWN = Known(_LIBRARIES)
_ANYWHERE = tuple(dict.fromkeys(library.anywhere.encode() for library in _LIBRARIES if library.anywhere))
