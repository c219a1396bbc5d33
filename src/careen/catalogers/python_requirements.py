"""Python packages that requirements files pin.

Read are ``*requirements*.txt``, ``*.txt`` in a folder ``requirements``, and every ``*.txt`` that they include (``-r x.txt``).
Only exact versions (``==``, ``===``, a wheel or source archive by its address or path) are listed: the file does not show
which version of a range was used.
Text is UTF-8, or UTF-16 with a byte order mark. A file of another name is kept if each line could be a requirement or an
option of pip, and counts only if a requirements file includes it.
Raises: ValueError for a file over 4 MiB, or with NUL bytes.
**Source:** pip, requirements file format.
"""

import codecs
import posixpath
from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from careen.formats.packages.declared import declared, within_package
from careen.formats.packages.python_requirement import MAX_LINE, distinct, pinned, requirement
from careen.model.delta import Fact
from careen.model.package import Evidence, Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants
from careen.safety.pattern import pattern

MAX_BYTES = 4 << 20
MAX_OTHER_BYTES = 64 << 10  # of a file with another name
MARKS = ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"), (codecs.BOM_UTF8, "utf-8"))
WHEEL = pattern(
    r"([A-Za-z0-9][\w.]{0,200})-([0-9][\w.!+]{0,100})(?:-[0-9][^-]{0,50})?-[^-]{1,100}-[^-]{1,100}-[^-]{1,100}\.whl"
)
SOURCES = pattern(r"([A-Za-z0-9][\w.-]{0,200})-([0-9][\w.!+]{0,100})\.(?:tar\.(?:gz|bz2|xz)|zip)")
ENDS = pattern(r"[\s;#?]")
INCLUDE = pattern(r"\s*+(?:-r[ \t=]*|--requirement[ \t=]++)([^\s#]{1,500})")


class Listing(Struct, frozen=True, omit_defaults=True):
    """The packages that one file pins, and the files that it includes, as written."""

    pins: tuple[tuple[str, str], ...] = ()
    includes: tuple[str, ...] = ()
    named: bool = True  # the name is that of a requirements file


class Requirements:
    """Collects a file, and reads it at the end."""

    def __init__(self, named: bool) -> None:
        self.named = named
        self.parts: list[bytes] = []
        self.size_bytes = 0

    def feed(self, chunk: bytes) -> None:
        self.size_bytes += len(chunk)
        if self.size_bytes > MAX_BYTES:
            raise ValueError(f"over {MAX_BYTES >> 20} MiB")
        self.parts.append(bytes(chunk))

    def facts(self) -> Iterator[Listing]:
        content = _decoded(b"".join(self.parts))
        if "\0" in content:
            raise ValueError("not a text file")
        lines = content.splitlines()
        if self.named or _all_requirements(lines):
            includes = tuple(found[1] for line in lines if (found := INCLUDE.match(line)))
            yield Listing(distinct((*pinned(lines), *_archives(lines))), includes, self.named)


def read(file: File) -> Requirements | None:
    folder, name = posixpath.split(file.path)
    named = "requirements" in name or posixpath.basename(folder) == "requirements"
    if not named and (file.size_bytes > MAX_OTHER_BYTES or b"==" not in file.data or b"===" in file.data):
        return None
    return None if within_package(file.path) else Requirements(named)


def join(facts: Sequence[Fact]) -> Iterator[Package]:
    by_path = {fact.path: fact for fact in facts}
    waiting = [fact for fact in facts if fact.value.named]
    included = {fact.path for fact in waiting}
    for fact in waiting:  # grows during the loop
        listing: Listing = fact.value
        for name in listing.includes:
            path = posixpath.normpath(posixpath.join(posixpath.dirname(fact.path), name)).lstrip("/")
            if path in by_path and path not in included:
                included.add(path)
                waiting.append(by_path[path])
    for path in sorted(included):
        fact = by_path[path]
        for package in declared(CATALOGER.name, "pypi", fact.value.pins):
            yield replace(package, evidence=(Evidence(path, fact.layer),))


def _all_requirements(lines: Sequence[str]) -> bool:
    """Whether pip could read every line; of several continued lines, only the first is checked."""
    continued = False
    for line in lines:
        is_first, continued = not continued, line.endswith("\\")
        text = line.strip()
        if is_first and text and not text.startswith(("#", "-", "git+", "http")) and not requirement(text.rstrip("\\")):
            return False
    return True


def _archives(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Name and version in lines that are the address or path of a wheel or source archive."""
    for line in lines:
        folder, _, name = ENDS.split(line.strip()[:MAX_LINE], maxsplit=1)[0].rpartition("/")
        found = WHEEL.fullmatch(name[:400]) or (SOURCES.fullmatch(name[:400]) if folder else None)
        if found:
            yield found[1], found[2]


def _decoded(data: bytes) -> str:
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    return data.decode("utf-8", "replace")


CATALOGER = Cataloger(
    name="python_requirements",
    ecosystem=Ecosystem(purl_type="pypi", scheme="pep440", namespace="PyPI", names_insensitive=True),
    readers=(Reader(Wants(suffixes=(".txt",), amount="stream"), read),),
    fact=Listing,
    join=join,
    limits="Requirements without an exact version; included files whose name does not end with .txt.",
)
