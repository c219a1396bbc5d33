"""Software that no package manager knows, by the version texts in its executables and libraries.

What is looked for is data: ``binary_rules/*.toml``, one file for each group of products. A rule is a ``[[program]]``:

    name      of the package; ``<file>``: the basename of the file
    files     basenames, ``*`` for anything: only files so called are read at all
    inside    basenames of other programs and libraries that have it linked in: read too, but not identified by it
    parts     folders of its own files, by the folder that ``bin``, ``lib`` or the like of the file is in; ``<minor>`` is
              the version up to its second number
    strong    [{text, bytes}]: an expression with ``<version>`` in it, and a text it contains, sought first; the first
              expression in the list that is met settles the version
    loose     [{bytes, texts, beside, follows_name, alone}]: where a version has no name by it. Of ``texts``, which are
              sought first, one must be in the same 256 KiB, and one of ``beside``; ``follows_name``: the version goes on
              where the file's name leaves off (python3.11); ``alone``: no text stands before it and so many NULs in a
              row soon behind it. All that is found so must agree on one version
    version   what ``<version>`` stands for, where it is not three numbers; of one strong expression too
    cpe       vendor and product in the CPE dictionary; ``type`` of the package URL; ``prefix`` goes before its version
    any_mode  the files need no execute bit; ``at_start``: the first bytes of the file meet an expression or none do

Expressions are Python's, over bytes. Each has at least eight fixed bytes, counting the shortest of ``beside``, and
bounded repeats, so that time grows with the file's size and nothing else.
Raises: ValueError for a file with several versions, none of which is certain.
**Source:** the programs themselves; CPE 2.3, "Formatted string binding" (NISTIR 7695, 6.2).
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import islice
from pathlib import Path

from msgspec import Struct

from careen.formats.data.rule_files import tables
from careen.model.delta import Fact
from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants
from careen.safety.pattern import pattern as expression

WINDOW_BYTES = 256 * 1024
BEFORE_BYTES, AFTER_BYTES = 64, 1024  # how far an expression sees beyond what it takes in
MAX_VERSIONS = 16
MAX_CANDIDATES = 20_000  # in one file, of what stands alone: an honest one has some dozens
SOON_BYTES = 512
NUMBERS = r"\d{1,4}\.\d{1,4}\.\d{1,5}"

_FILE = "<file>"
_START = 6  # characters, at most, that names with a "*" are looked up by: enough to tell one library from others
_NAME_VERSION = expression(r"\d+\.\d+")
_TEXT = expression(rb"[\t -~]{3}|.*(?:go|[\d.])", re.DOTALL)  # a word, the toolchain\'s name, or a number that goes on
_PLAIN = expression(r"[\dA-Za-z.-]+")


class Strong(Struct, frozen=True, forbid_unknown_fields=True):
    text: str
    bytes: str
    version: str = ""


class Loose(Struct, frozen=True, forbid_unknown_fields=True):
    bytes: str
    texts: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    follows_name: bool = False
    alone: int = 0


class Program(Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    files: tuple[str, ...]
    inside: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    strong: tuple[Strong, ...] = ()
    loose: tuple[Loose, ...] = ()
    version: str = NUMBERS
    cpe: str | None = None
    type: str = "generic"
    prefix: str = ""
    any_mode: bool = False
    at_start: bool = False

    def matches(self, name: str) -> bool:
        """Whether a file so called is the program itself."""
        return any(_fits(file.split("*"), name) if "*" in file else file == name for file in self.files)


class _Rules(Struct, frozen=True, forbid_unknown_fields=True):
    program: tuple[Program, ...]


def programs() -> tuple[Program, ...]:
    folder = Path(__file__).parent / "binary_rules"
    return tuple(one for table in tables(folder, _Rules) for one in table.program)


class Names:
    """Which programs a basename may be: most are none, which must be known at once."""

    def __init__(self, known: tuple[Program, ...]) -> None:
        self._plain: dict[str, list[Program]] = {}
        self._by_start: dict[str, list[tuple[list[str], Program]]] = {}  # what stands before and after each "*"
        for program in known:
            for name in (*program.files, *program.inside):
                if "*" in name:
                    start = name.partition("*")[0][:_START]
                    self._by_start.setdefault(start, []).append((name.split("*"), program))
                else:
                    self._plain.setdefault(name, []).append(program)
        self._lengths = sorted({len(start) for start in self._by_start})

    def programs(self, name: str) -> list[Program]:
        found = list(self._plain.get(name, ()))
        for length in self._lengths:
            if rows := self._by_start.get(name[:length]):
                found += [one for parts, one in rows if _fits(parts, name)]
        return list(dict.fromkeys(found)) if len(found) > 1 else found


def identifies(facts: Sequence[Fact]) -> Iterator[str]:
    """Files that are the program itself, and the folders that come with it."""
    for fact in facts:
        folder, _, file_name = fact.path.rpartition("/")
        for program in NAMES.programs(file_name):
            if not program.matches(file_name) or program.name.replace(_FILE, file_name) != fact.value.name:
                continue
            yield fact.path
            home = folder.rpartition("/")[0]
            minor = ".".join(fact.value.version.removeprefix(program.prefix).split(".")[:2])
            yield from (f"{home}/{part.replace('<minor>', minor)}".lstrip("/") for part in program.parts)


def read(file: File) -> "Scanner | None":
    name = file.path.rpartition("/")[2]
    wanted = NAMES.programs(name)
    return Scanner(name, wanted) if wanted else None


class Scanner:
    """Looks at windows of the file that overlap and lie at the same places however it is fed."""

    def __init__(self, name: str, wanted: list[Program]) -> None:
        self._searches = [_Search(name, program) for program in wanted]
        self._open = list(self._searches)
        self._data = bytearray()
        self._from = 0  # where in the data the bytes begin that no window has taken in yet

    def feed(self, chunk: bytes) -> None:
        if not self._open:
            return
        self._data += chunk
        while len(self._data) >= self._from + WINDOW_BYTES + AFTER_BYTES:
            end = self._from + WINDOW_BYTES
            with memoryview(self._data) as data:
                window = bytes(data[: end + AFTER_BYTES])
            self._look(window, end)
            del self._data[: end - BEFORE_BYTES]
            self._from = BEFORE_BYTES

    def facts(self) -> Iterator[Package]:
        self._look(bytes(self._data), len(self._data))
        for search in self._searches:
            yield from search.packages()
        for search in self._searches:
            search.check()

    def _look(self, window: bytes, end: int) -> None:
        for search in self._open:
            search.look(window, self._from, end)
        self._open = [search for search in self._open if search.open]


class _Search:
    """One program in one file."""

    def __init__(self, name: str, program: Program) -> None:
        self._name, self._program = name, program
        self._version = ""
        self._loose: set[str] = set()
        self._candidates = 0
        self._told = _NAME_VERSION.search(name)
        self.open = True

    def look(self, window: bytes, start: int, end: int) -> None:
        """What begins from ``start`` on and before ``end``; the window has more at both ends."""
        program = self._program
        for strong in program.strong:
            if _bytes(strong.text) in window and (
                found := next(self._matches(strong.bytes, strong.version, window, start, end), None)
            ):
                self._version, self.open = _text(found), False
                return
        for loose in program.loose:
            if self._candidates > MAX_CANDIDATES or (loose.texts and not _any(loose.texts, window)):
                continue
            versions = set(islice(self._loosely(loose, window, start, end), MAX_VERSIONS))
            if versions and len(self._loose) < MAX_VERSIONS and (not loose.beside or _any(loose.beside, window)):
                self._loose |= versions
        if program.at_start:
            self.open = False

    def packages(self) -> Iterator[Package]:
        if self._version:
            yield self._package(self._version, 0.8)
        elif len(self._loose) == 1 and self._candidates <= MAX_CANDIDATES:
            yield self._package(next(iter(self._loose)), 0.6)

    def check(self) -> None:
        if self._version:
            return
        if self._candidates > MAX_CANDIDATES:
            raise ValueError(f"more than {MAX_CANDIDATES} texts that may be a version of {self._named(self._program.name)}")
        if len(self._loose) > 1:
            raise ValueError(f"{self._named(self._program.name)} of one of the versions {', '.join(sorted(self._loose))}")

    def _loosely(self, loose: Loose, window: bytes, start: int, end: int) -> Iterator[str]:
        for match in self._matches(loose.bytes, "", window, start, end):
            self._candidates += 1
            if self._candidates > MAX_CANDIDATES:
                return
            version = _text(match)
            if loose.follows_name and not (self._told and version.startswith(f"{self._told[0]}.")):
                continue
            if not loose.alone or _is_alone(loose.alone, window, match):
                yield version

    def _matches(self, expression: str, version: str, window: bytes, start: int, end: int) -> Iterator[re.Match[bytes]]:
        compiled = _compiled(expression, version or self._program.version)
        if self._program.at_start:
            first = compiled.match(window)
            if first:
                yield first
            return
        for match in compiled.finditer(window, start):
            if match.start() >= end:
                return
            yield match

    def _package(self, version: str, confidence: float) -> Package:
        program = self._program
        return Package(
            type=program.type,
            namespace=None,
            name=self._named(program.name),
            version=program.prefix + version,
            cataloger="binary",
            confidence=confidence,
            cpe=_cpe(self._named(program.cpe), version) if program.cpe else None,
        )

    def _named(self, text: str) -> str:
        return text.replace(_FILE, self._name)


def _cpe(product: str, version: str) -> str | None:
    """Builds of a version are not told apart there; the updates of Java 8, which are, are left to who knows Java."""
    plain = version.partition("+")[0]
    return f"cpe:2.3:a:{product}:{plain}:*:*:*:*:*:*:*" if _PLAIN.fullmatch(plain) else None


def _fits(parts: list[str], name: str) -> bool:
    """Whether the parts stand in the name in this order, the first at its beginning and the last at its end."""
    first, *middle, last = parts
    at, end = len(first), len(name) - len(last)
    if at > end or not name.startswith(first) or not name.endswith(last):
        return False
    for part in middle:
        at = name.find(part, at, end)
        if at < 0:
            return False
        at += len(part)
    return True


def _is_alone(nuls: int, window: bytes, match: re.Match[bytes]) -> bool:
    before = window[max(0, match.start() - 4) : match.start()].removesuffix(b"v")[-3:]
    return not _TEXT.fullmatch(before) and window.find(bytes(nuls), match.end(), match.end() + SOON_BYTES) >= 0


def _text(match: re.Match[bytes]) -> str:
    return match["version"].decode("latin-1")


def _any(texts: tuple[str, ...], window: bytes) -> bool:
    return any(_bytes(text) in window for text in texts)


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
    ),
    identifies=identifies,
    limits=(
        "Programs whose files were renamed. Known are "
        f"{', '.join(sorted({program.name for program in PROGRAMS if program.name != _FILE}))}."
    ),
)
