"""Libraries that were linked into a program or library of any name, and programs that state their own name and version.

``version_texts`` finds the libraries, by the ``[[linked]]`` rules of ``programs``. A program that only uses OpenSSL may repeat
the version text of its headers: the library has also the text ``OPENSSLDIR``, anywhere. The constants are searched once, code
is not; programs of Go, which link no C by themselves, are not read, nor are the system's own libraries. Its smaller
programs are searched for their own version alone, and its smallest are not read.
Without a certain version a library is left out. Raises: OverBudgetError for more numbers than are looked at.
"""

from collections.abc import Iterator

from careen.errors import OverBudgetError
from careen.formats.binaries.elf import has_late_headers
from careen.formats.binaries.go_build_info import has_go_build_id
from careen.formats.binaries.segments import Ranges, data_ranges, mappings, within
from careen.formats.feeds.software import cpe_of_archive
from careen.model.package import Package
from careen.plugins import File
from careen.safety.pattern import pattern

from .numbers import MAX_NUMBERS
from .own_name import OwnName, own_name
from .own_version import STATED, Named, OwnVersion, version_in
from .programs import Linked, linked_libraries
from .version_forms import VERSION
from .version_texts import Known, VersionTexts

SMALL_BYTES = 1 << 20  # smaller programs in the system's folders are mostly the distribution's, and contain no such library
SMALLEST_BYTES = 128 << 10  # most of the system's programs are smaller still, and many of them are of one package
MAX_EXPORTING_BYTES = 4 << 20  # a larger library is not kept for the version that it exports
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
    return None if _is_of_the_system(file, known) else _scanner(file, known)


def read_unpackaged(file: File) -> "LinkedScanner | OwnScanner | None":
    """The same for the system's own files that no rule is about, where no package database has their versions."""
    return _scanner(file, frozenset()) if _is_of_the_system(file, frozenset()) else None


def is_in_system_folder(path: str) -> bool:
    folder, _, name = path.rpartition("/")
    return bool((_SYSTEM_LIBRARIES if _is_library(name) else _SYSTEM_PROGRAMS).fullmatch(folder))


def _is_of_the_system(file: File, known: frozenset[str]) -> bool:
    folder, _, name = file.path.rpartition("/")
    if _is_library(name):
        return bool(_SYSTEM_LIBRARIES.fullmatch(folder))
    if file.size_bytes >= SMALL_BYTES or not _SYSTEM_PROGRAMS.fullmatch(folder):
        return False
    return file.size_bytes < SMALLEST_BYTES or bool(known) or own_name(name) is None


def _is_library(name: str) -> bool:
    return ".so" in name or name.endswith(_MODULES)


def _scanner(file: File, known: frozenset[str]) -> "LinkedScanner | OwnScanner | None":
    own = None if known else own_name(file.path.rpartition("/")[2])
    try:
        if has_go_build_id(file.data):
            return None
        ranges = data_ranges(mappings(file.data))
    except ValueError:
        if not has_late_headers(file.data, file.size_bytes):
            return None  # not a file that could run
        ranges = None
    if is_in_system_folder(file.path) and file.size_bytes < SMALL_BYTES:
        return OwnScanner(own, ranges) if own else None
    return LinkedScanner(ranges, known, own, is_kept=bool(own and own.is_library and file.size_bytes <= MAX_EXPORTING_BYTES))


class OwnScanner:
    """Searches a small file for its own version alone."""

    def __init__(self, own: OwnName, ranges: Ranges | None) -> None:
        self.ranges = None if own.is_library else ranges  # of a library, its functions are read, too
        self._own = own
        self._data = bytearray()

    def skip(self, size: int) -> None:
        self._data += bytes(size)

    def feed(self, chunk: bytes) -> None:
        self._data += chunk

    def facts(self) -> Iterator[Package]:
        if named := version_in(bytes(self._data), self._own):
            yield own_package(named)


class LinkedScanner:
    def __init__(self, ranges: Ranges | None, known: frozenset[str], own: OwnName | None, *, is_kept: bool = False) -> None:
        self._ranges, self._kept = ranges, bytearray() if is_kept else None
        self.ranges = None if is_kept else ranges
        self._own, self._name = OwnVersion(own) if own else None, own
        self._at = self._end_at = 0
        self._recent = b""  # the last bytes before the next part
        self._texts = VersionTexts(_KNOWN, known, self._own)
        self._anywhere = dict.fromkeys((*_ANYWHERE, *((_VERSION_OPTION, _IN_PLACE) if own else ())), 0)
        self._named: set[tuple[bytes, bytes]] = set()  # name and version that the program gives itself
        self._units: set[tuple[bytes, bytes]] = set()  # the same, by GHC's name for the program's own package

    def skip(self, size: int) -> None:
        self._at += size

    def feed(self, chunk: bytes) -> None:
        if self._kept is not None:
            self._kept += chunk
        for at, part in ((self._at, chunk),) if self._ranges is None else within(self._ranges, self._at, chunk):
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
        others = {version for _, version in libraries}
        own = self._own
        exported = own.exported(bytes(self._kept)) if own and self._kept and not own.version() else None
        if own and (named := _only(self._units) or own.version() or exported or _only(self._named) or own.only_version(others)):
            yield own_package(named)
        for library, version in libraries:
            yield _package(library, version)
        if self._texts.is_cut:
            raise OverBudgetError(f"only its first {MAX_NUMBERS:,} numbers were searched for versions of libraries")

    def _search(self, part: bytes) -> None:
        seam = self._recent + part[:_SEAM_BYTES]
        for data in (seam, part):
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
        elif text == _IN_PLACE and (own := self._name):
            self._units.update((own.name.encode(), unit[1]) for unit in _UNIT.findall(around) if own.is_name(unit[0]))


def _only(found: set[tuple[bytes, bytes]]) -> Named | None:
    if len(found) != 1:
        return None
    name, version = next(iter(found))
    return Named(name.decode(), version.decode(), STATED)


def own_package(named: Named) -> Package:
    """Assessed only if the map of software has its name: only then is there a CPE name."""
    cpe = cpe_of_archive(named.name, named.version)
    return Package("generic", None, named.name, named.version, cataloger="binary", confidence=named.confidence, cpe=cpe)


def _package(library: Linked, version: str) -> Package:
    cpe = f"cpe:2.3:a:{library.cpe}:{version}:*:*:*:*:*:*:*" if library.cpe else None
    return Package("generic", None, library.name, version, cataloger="binary", confidence=0.8, cpe=cpe)


_LIBRARIES = linked_libraries()
_KNOWN = Known(_LIBRARIES)
_ANYWHERE = tuple(dict.fromkeys(library.anywhere.encode() for library in _LIBRARIES if library.anywhere))
