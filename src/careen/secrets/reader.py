"""The reader of secrets, in the form of a cataloger, so that it takes part in the single pass over a layer.

Its facts are redacted secrets; it finds no packages.
"""

import codecs
from collections.abc import Iterator

from careen.formats.archives.collected import Collected
from careen.formats.archives.zip_members import LOCAL_HEADER, SCRIPT
from careen.model.finding import ExposedSecret
from careen.model.inventory import Unknown
from careen.plugins import Cataloger, Ecosystem, File, Reader, Scanner, Wants

from . import NAME
from .archives import ENDINGS, read_archive, read_unnamed, wanted
from .binaries import read_program, read_wanted, whole
from .binaries import wanted as is_binary_searched
from .encodings import encoding_of
from .find import Search
from .key_files import is_key_file, keys
from .paths import is_searched
from .repositories import is_object, read_repository

_CHECKED_BYTES = 1024


class Decoded:
    """A search that is fed with a text in another encoding."""

    def __init__(self, search: Search, encoding: str) -> None:
        self._search = search
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")

    def feed(self, piece: bytes) -> None:
        self._search.feed(self._decoder.decode(piece).encode("utf-8", "replace"))

    def facts(self) -> Iterator[ExposedSecret | Unknown]:
        return self._search.facts()


def read(file: File) -> Scanner | None:
    """Begins the search for secrets in a file; None if it holds none by its first bytes."""
    head = file.data[:_CHECKED_BYTES]
    if is_key_file(head, file.size_bytes):
        return Collected(lambda stream: keys(file.path, whole(stream)))
    encoding = encoding_of(head)
    if encoding is None:
        return read_program(file)
    if not file.size_bytes:
        return None
    search = Search(file.path)
    return search if encoding == "utf-8" else Decoded(search, encoding)


SECRETS = Cataloger(
    name=NAME,
    ecosystem=Ecosystem(purl_type="", scheme=""),
    readers=(
        Reader(Wants(select=is_searched, amount="stream"), read),
        Reader(Wants(select=is_binary_searched, amount="stream"), read_wanted),
        Reader(Wants(suffixes=ENDINGS, select=wanted), read_archive),
        Reader(Wants(anywhere=True, magic=(LOCAL_HEADER, SCRIPT), amount="stream"), read_unnamed),
        Reader(Wants(select=is_object), read_repository),
    ),
    fact=ExposedSecret,
    role="secrets",
    limits="Archives other than zip, of which it reads the configuration, and files of packages. Of programs and databases up "
    "to 2 MiB it finds what has a form of its own.",
)
