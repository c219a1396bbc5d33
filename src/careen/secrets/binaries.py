"""The secrets in files that are not text: in compressed texts, and the tokens among the texts of compiled code and of data.

Of a compressed text all is searched, as ``FILE.gz!/FILE``. Of a program, a database of SQLite or pickled objects only what has
a form of its own is found: in them a name does not stand beside its value.
Bounds: 2 MiB a file, 16 MiB inflated; nothing in the system's folders and in those of packages.
Raises: ValueError if a compressed file is damaged.
"""

import io
from collections.abc import Iterator
from functools import cache
from typing import BinaryIO

from msgspec.structs import replace

from careen.formats.archives.collected import Collected
from careen.formats.archives.inflate import PIECE_BYTES, compression, open_stream
from careen.formats.data.sqlite import Leaf, columns, open_database, payload, table_page
from careen.model.finding import ExposedSecret, Location
from careen.model.inventory import Unknown
from careen.model.package import Evidence
from careen.plugins import File
from careen.safety.budget import Limits
from careen.safety.pattern import pattern

from .encodings import encoding_of
from .find import Search
from .keywords import Keywords
from .paths import is_searched
from .ruleset import load

MAX_BYTES = 2 << 20
MAX_INFLATED_BYTES = 16 << 20
MAX_COLUMNS = 100
LEAST = 8  # characters of a text
_COMPRESSED = (".gz", ".bz2", ".xz", ".zst")
_ARCHIVE = (".tar.gz", ".tar.bz2", ".tar.xz", ".tar.zst")
_DATA = (".pyc", ".class", ".db", ".sqlite", ".sqlite3", ".pkl", ".pickle")
_PROGRAMS = pattern(r"^(?:usr/)?s?bin/")
_PRINTABLE = bytes(number if 32 <= number < 127 else 0 for number in range(256))
_SQLITE = b"SQLite format 3\0"

Found = Iterator[ExposedSecret | Unknown]


def wanted(path: str, mode: int = 0) -> bool:
    """Whether a file that ``is_searched`` leaves out may be searched, by its path."""
    lowered = path.lower()
    if lowered.endswith(_COMPRESSED):
        return not lowered.endswith(_ARCHIVE) and is_searched(_inner(path))
    return lowered.endswith(_DATA) and is_searched(path.replace("__pycache__/", "").rpartition(".")[0])


def read_wanted(file: File) -> Collected | None:
    """Begins to collect such a file."""
    if not 0 < file.size_bytes <= MAX_BYTES:
        return None
    if compression(file.data) != "plain":
        return Collected(lambda stream: _inflated(file.path, stream))
    return read_program(file) if encoding_of(file.data[:1024]) is None else None


def read_program(file: File) -> Collected | None:
    """Begins to collect a file of which the first bytes are no text."""
    if not LEAST <= file.size_bytes <= MAX_BYTES or _PROGRAMS.search(file.path):
        return None
    return Collected(lambda stream: _tokens(file.path, whole(stream)))


def whole(collected: BinaryIO) -> bytes:
    collected.seek(0)
    return collected.read()


def _inflated(path: str, collected: BinaryIO) -> Found:
    collected.seek(0)
    stream = open_stream(collected, Limits(inflated_bytes=MAX_INFLATED_BYTES + PIECE_BYTES))
    text = stream.read(MAX_INFLATED_BYTES)
    encoding = encoding_of(text[:1024])
    if encoding is None:
        return
    inner = f"{path}!/{_inner(path.rpartition('/')[2])}"
    search = Search(inner)
    search.feed(text if encoding == "utf-8" else text.decode(encoding, "replace").encode("utf-8", "replace"))
    yield from search.facts()
    if len(text) == MAX_INFLATED_BYTES:
        yield Unknown("secrets", Evidence(inner, 0), f"only its first {MAX_INFLATED_BYTES >> 20} MiB were searched")


def _inner(path: str) -> str:
    return path.rpartition(".")[0]


def _tokens(path: str, data: bytes) -> Found:
    texts = _of_database(data) if data.startswith(_SQLITE) else data.translate(_PRINTABLE).split(b"\0")
    search = Search(path, _distinctive())
    search.feed(b"\n".join(text for text in texts if len(text) >= LEAST))
    for fact in search.facts():
        if isinstance(fact, Unknown):
            yield fact
        elif fact.confidence != "possible":
            yield replace(fact, location=Location(path))


def _of_database(data: bytes) -> Iterator[bytes]:
    """The texts in the rows of all tables, as far as the pages can be read."""
    pages = open_database(io.BytesIO(data))
    for number in pages.numbers:
        try:
            page = table_page(pages, number)
            cells = page.cells if isinstance(page, Leaf) else ()
            for record in (payload(pages, cell) for cell in cells):
                yield from (
                    column.translate(_PRINTABLE) for column in columns(record or b"", MAX_COLUMNS) if isinstance(column, bytes)
                )
        except (ValueError, IndexError):
            continue  # a page of another kind


@cache
def _distinctive() -> Keywords:
    """Rules for values that are known by themselves."""
    return Keywords([rule for rule in load() if not (rule.near or rule.last or rule.paired or rule.names or rule.suffixes)])
