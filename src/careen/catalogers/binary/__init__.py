"""Software that no package manager lists, by the version texts in its executables and libraries.

``programs`` has the rules. A scanner searches for the expressions of all programs that a file may be or contain, in one pass.
Raises: ValueError for a file with several versions, none of which is certain.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import islice

from careen.formats.binaries.constant_functions import Functions
from careen.formats.binaries.segments import Ranges, data_ranges, mappings, within
from careen.formats.packages.java_runtime import runtime_cpe
from careen.model.delta import Fact
from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants
from careen.safety.pattern import pattern as expression

from .at_dots import BEGINS, matches_at_dots
from .library_version import by_debug_file, by_file_name, by_functions, decimal
from .libvips_parts import read_versions
from .linked import LinkedScanner, OwnScanner, is_in_system_folder, own_package, read_linked, read_unpackaged
from .own_name import of_product, own_name
from .own_version import Named, constants_of, version_among
from .php_extension import is_extension, read_extension
from .programs import FILE, NUMBERS, Loose, Names, Program, programs

WINDOW_BYTES = 256 * 1024
BEFORE_BYTES, AFTER_BYTES = 64, 1024  # what an expression sees before and after the bytes that it searches
MAX_VERSIONS = 16
MAX_CANDIDATES = 20_000  # of versions without a name, in one file: honest files have dozens
SOON_BYTES = 512
PART_CONFIDENCE = 0.4
BUILD_CONFIDENCE = 0.4  # a distribution's build has fixes that its version does not show
MAX_KEPT_BYTES = 16 << 20  # a larger file is not kept for its functions
MAX_KEPT_CONSTANTS = 48 << 20  # nor are more constants of a larger file kept for its own name

_NAME_VERSION = expression(r"(?<!\d)\d++\.\d+")
_TEXT = expression(rb"[\t -~]{3}|.*(?:go|[\d.])", re.DOTALL)  # a word, the toolchain's name, or a longer number
_FRACTIONS = (b"ff?", b"33?", b"ff@", b"33@")  # the last bytes of numbers such as 0.9 and 2.4
_JAVA_RUNTIMES = ("oracle:jre", "oracle:openjdk")
_PLAIN = expression(r"[\dA-Za-z.-]+")


def identifies(facts: Sequence[Fact]) -> Iterator[str]:
    """The files of the programs themselves, and the folders that belong to them."""
    for fact in facts:
        folder, _, file_name = fact.path.rpartition("/")
        for program in NAMES.programs(file_name):
            if not program.matches(file_name) or program.name.replace(FILE, file_name) != fact.value.name:
                continue
            yield fact.path
            home = folder.rpartition("/")[0]
            minor = ".".join(fact.value.version.removeprefix(program.prefix).split(".")[:2])
            yield from (f"{home}/{part.replace('<minor>', minor)}".lstrip("/") for part in program.parts)


def read(file: File) -> "Scanner | None":
    name = file.path.rpartition("/")[2]
    wanted = _wanted(name)
    if not wanted:
        return None
    has_names = not is_in_system_folder(file.path)
    is_kept = file.data.startswith(b"\x7fELF") and file.size_bytes <= MAX_KEPT_BYTES
    has_functions = any(program.functions for program in wanted)
    if has_names and not is_kept and (ranges := _constants(file)):
        return Scanner(name, wanted, has_names=True, only_constants=ranges)
    return Scanner(name, wanted, keep=is_kept and (has_names or has_functions), has_names=has_names)


def read_any(file: File) -> LinkedScanner | OwnScanner | None:
    """Libraries linked into a program that no rule is about, or into one whose rule searches for other things."""
    wanted = _wanted(file.path.rpartition("/")[2])
    return read_linked(file, frozenset(program.name for program in wanted))


def read_left(file: File) -> "Scanner | LinkedScanner | OwnScanner | None":
    """What ``read`` and ``read_any`` leave to a package database."""
    name = file.path.rpartition("/")[2]
    wanted = [program for program in _wanted(name) if program.matches(name)]
    if not wanted:
        return read_unpackaged(file)
    if not is_in_system_folder(file.path):
        return None
    if file.size_bytes <= MAX_KEPT_BYTES:
        return Scanner(name, wanted, keep=True, only_names=True)
    ranges = _constants(file)
    return Scanner(name, wanted, only_constants=ranges, only_names=True) if ranges else None


def _constants(file: File) -> Ranges | None:
    try:
        ranges = data_ranges(mappings(file.data)) if file.data.startswith(b"\x7fELF") else None
    except ValueError:
        return None
    return ranges if ranges and sum(end - start for start, end in ranges) <= MAX_KEPT_CONSTANTS else None


class Scanner:
    """Searches overlapping windows of the file; the sizes of the chunks do not change their places. Of a file that it keeps it
    knows the functions, and without a text that a rule knows also the names (``has_names``, ``only_names``).
    """

    def __init__(
        self,
        name: str,
        wanted: list[Program],
        *,
        keep: bool = False,
        only_constants: Ranges | None = None,
        has_names: bool = False,
        only_names: bool = False,
    ) -> None:
        self._has_names, self._only_names = has_names or only_names, only_names
        self._searches = [_Search(name, program) for program in wanted]
        self._kept: bytearray | None = bytearray() if keep or only_constants else None
        self._only, self._fed_bytes = only_constants, 0  # which parts of the file are kept
        self._open = list(self._searches)
        self._data = bytearray()
        self._from = 0  # index of the first byte that no window has covered

    def feed(self, chunk: bytes) -> None:
        if not self._open:
            return
        if self._kept is not None:
            self._keep(self._kept, chunk)
        self._data += chunk
        while len(self._data) >= self._from + WINDOW_BYTES + AFTER_BYTES:
            end = self._from + WINDOW_BYTES
            with memoryview(self._data) as data:
                window = bytes(data[: end + AFTER_BYTES])
            self._search_window(window, end)
            del self._data[: end - BEFORE_BYTES]
            self._from = BEFORE_BYTES

    def _keep(self, kept: bytearray, chunk: bytes) -> None:
        if self._only is None:
            kept += chunk
            return
        for at, part in within(self._only, self._fed_bytes, chunk):
            if any(at == start for start, _ in self._only):
                kept += b"\0"
            kept += part
        self._fed_bytes += len(chunk)

    def facts(self) -> Iterator[Package]:
        self._search_window(bytes(self._data), len(self._data))
        damage = self._look_again()
        for search in self._searches:
            yield from search.names() if self._only_names else search.packages()
        if self._only_names:
            return
        for search in self._searches:
            search.check()
        if damage:
            raise damage

    def _look_again(self) -> ValueError | None:
        if self._kept is None or not self._open:
            return None
        data = bytes(self._kept)
        damage = None
        if not self._only and any(search.has_functions for search in self._open):
            try:
                library = Functions(data)
            except ValueError as error:
                damage = error
            else:
                for search in self._open:
                    search.ask(library)
        constants = (data if self._only else constants_of(data)) if self._has_names else None
        if constants:
            is_known = any(search.is_certain() for search in self._searches)
            for search in self._open:
                search.search_names(constants, b"" if self._only else data, may_be_other=not is_known)
                is_known = is_known or search.is_named()
        return damage

    def _search_window(self, window: bytes, end: int) -> None:
        for search in self._open:
            search.search(window, self._from, end)
        self._open = [search for search in self._open if search.open]
        if not self._open:
            self._kept = None


class _Search:
    """One program in one file."""

    def __init__(self, name: str, program: Program) -> None:
        self._name, self._program = name, program
        self._version = ""
        self._loose: set[str] = set()
        self._candidates = 0
        self._name_version = _NAME_VERSION.search(name)
        self._by_name = by_file_name(program, name)
        self._named: Named | None = None  # of the product
        self._other: Named | None = None  # of the file
        self.has_functions = bool(program.functions)
        self._by_debug_file: str | None = None
        self.open = True

    def search(self, window: bytes, start: int, end: int) -> None:
        """Finds matches that begin at ``start`` or later, and before ``end``; the window reaches beyond both."""
        program = self._program
        for strong in program.strong:
            if _bytes(strong.text) in window and (
                found := next(self._matches(strong.bytes, strong.version, window, start, end), None)
            ):
                self._version, self.open = self._text(found), False
                return
        for loose in program.loose:
            if self._candidates > MAX_CANDIDATES or (loose.texts and not _any(loose.texts, window)):
                continue
            versions = set(islice(self._loose_versions(loose, window, start, end), MAX_VERSIONS))
            if versions and len(self._loose) < MAX_VERSIONS and (not loose.beside or _any(loose.beside, window)):
                self._loose |= versions
        if program.at_start:
            self.open = False
        self._by_debug_file = self._by_debug_file or by_debug_file(program, window)

    def ask(self, library: Functions) -> None:
        self._version = by_functions(self._program, library) or ""

    def search_names(self, constants: bytes, data: bytes, *, may_be_other: bool) -> None:
        """Without a text that the rule knows, a program may still have its version beside its name, or beside that of the
        file, which may be another product then."""
        if self.is_certain() or not self._program.matches(self._name):
            return
        own = own_name(self._name)
        product = of_product(own, self._named_as(self._program.name), is_certain=self._program.named)
        named = version_among(constants, data, product)
        is_any = self._program.named and self._program.version == NUMBERS
        if named and (is_any or _exactly(self._program.version).fullmatch(named.version)):
            self._named = named
        elif may_be_other and own and not own.names & product.names:
            self._other = version_among(constants, data, own)

    def is_named(self) -> bool:
        return self._named is not None

    def is_certain(self) -> bool:
        return bool(self._version or (len(self._loose) == 1 and self._candidates <= MAX_CANDIDATES))

    def packages(self) -> Iterator[Package]:
        if self._version:
            yield self._package(self._version, 0.8)
        elif len(self._loose) == 1 and self._candidates <= MAX_CANDIDATES:
            yield self._package(next(iter(self._loose)), 0.6)
        elif self._named or self._other:
            yield from self.names()
        elif self._by_name or self._program.unstated:
            yield self._package(self._by_name or "", 0.6)
        elif self._by_debug_file:
            yield self._package(self._by_debug_file, BUILD_CONFIDENCE)

    def names(self) -> Iterator[Package]:
        if self._named:
            yield self._package(self._named.version, self._named.confidence)
        elif self._other:
            yield own_package(self._other)

    def check(self) -> None:
        if self._version or self._by_name or self._named or self._other:
            return
        if self._candidates > MAX_CANDIDATES:
            raise ValueError(
                f"more than {MAX_CANDIDATES} texts that could be a version of {self._named_as(self._program.name)}"
            )
        if len(self._loose) > 1:
            raise ValueError(f"{self._named_as(self._program.name)} has one of the versions {', '.join(sorted(self._loose))}")

    def _loose_versions(self, loose: Loose, window: bytes, start: int, end: int) -> Iterator[str]:
        searched = self._matches_at(loose, window, start, end) if loose.starts else None
        for match in searched or self._matches(loose.bytes, "", window, start, end):
            self._candidates += 1
            if self._candidates > MAX_CANDIDATES:
                return
            version = self._text(match)
            if loose.follows_name and not (self._name_version and version.startswith(f"{self._name_version[0]}.")):
                continue
            if not loose.alone or _stands_alone(loose.alone, window, match):
                yield version

    def _matches(self, expression: str, version: str, window: bytes, start: int, end: int) -> Iterator[re.Match[bytes]]:
        compiled = _compiled(expression, version or self._program.version)
        if self._program.at_start:
            first = compiled.match(window)
            if first:
                yield first
            return
        if expression.startswith(BEGINS):
            yield from matches_at_dots(compiled, window, start, end)
            return
        for match in compiled.finditer(window, start):
            if match.start() >= end:
                return
            yield match

    def _matches_at(self, loose: Loose, window: bytes, start: int, end: int) -> Iterator[re.Match[bytes]]:
        """Searches for the first texts, which is faster: they are rare, and an expression would try every NUL."""
        compiled = _compiled(loose.bytes, self._program.version)
        for text in loose.starts:
            at = window.find(_bytes(text), start, end)
            while at >= 0:
                if match := compiled.match(window, at):
                    yield match
                at = window.find(_bytes(text), at + 1, end)

    def _package(self, version: str, confidence: float) -> Package:
        program = self._program
        return Package(
            type=program.type,
            namespace=None,
            name=self._named_as(program.name),
            version=program.prefix + version,
            cataloger="binary",
            confidence=min(confidence, PART_CONFIDENCE) if program.part else confidence,
            cpe=_cpe(self._named_as(program.cpe), version) if program.cpe and version else None,
        )

    def _text(self, match: re.Match[bytes]) -> str:
        version = match["version"].decode("latin-1")
        return decimal(int(version)) if self._program.written else version

    def _named_as(self, text: str) -> str:
        return text.replace(FILE, self._name)


def _cpe(product: str, version: str) -> str | None:
    """The CPE dictionary has no builds of a version. It has the updates of Java 8."""
    if product in _JAVA_RUNTIMES:
        return runtime_cpe(product.partition(":")[2], version)
    plain = version.partition("+")[0]
    return f"cpe:2.3:a:{product}:{plain}:*:*:*:*:*:*:*" if _PLAIN.fullmatch(plain) else None


def _stands_alone(nuls: int, window: bytes, match: re.Match[bytes]) -> bool:
    before = window[max(0, match.start() - 4) : match.start()].removesuffix(b"v")[-3:]
    return (not _TEXT.fullmatch(before) or before in _FRACTIONS) and window.find(
        bytes(nuls), match.end(), match.end() + SOON_BYTES
    ) >= 0


def _any(texts: tuple[str, ...], window: bytes) -> bool:
    return any(_bytes(text) in window for text in texts)


@lru_cache(maxsize=1)  # both readers call it for the same file, one after the other
def _wanted(name: str) -> list[Program]:
    return NAMES.programs(name)


@cache
def _exactly(version: str) -> re.Pattern[str]:
    return re.compile(version)


@cache
def _bytes(text: str) -> bytes:
    return text.encode()


@cache
def _compiled(expression: str, version: str) -> re.Pattern[bytes]:
    return re.compile(expression.replace("<version>", f"(?P<version>{version})").encode(), re.DOTALL)


PROGRAMS = programs()
NAMES = Names(PROGRAMS)

CATALOGER = Cataloger(
    name="binary",
    ecosystem=Ecosystem(purl_type="generic", scheme="generic"),
    readers=(
        Reader(
            Wants(
                names=tuple(sorted({name for program in PROGRAMS if program.any_mode for name in program.files})),
                suffixes=(".exe", ".dylib"),
                executables=True,
                amount="stream",
            ),
            read,
        ),
        Reader(Wants(executables=True, magic=(b"\x7fELF",), amount="stream"), read_any),
        Reader(Wants(unpackaged=True, magic=(b"\x7fELF",), amount="stream"), read_left),
        Reader(Wants(suffixes=(".so",), select=is_extension, magic=(b"\x7fELF",)), read_extension),
        Reader(Wants(names=("versions.json",)), read_versions),
    ),
    identifies=identifies,
    limits=(
        "Programs whose files were renamed. It knows "
        f"{', '.join(sorted({program.name for program in PROGRAMS if program.name != FILE}))}."
    ),
)
