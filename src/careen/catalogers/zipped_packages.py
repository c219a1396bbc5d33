"""Zip archives with installed packages in them, such as the functions and layers of AWS Lambda.

The packages in them are not read: each archive becomes an Unknown, so that a report is not complete without a scan of its
unpacked files. The names of its files are in its directory, which is at its end; of a large directory the last part counts.
Raises: ValueError for such an archive.  **Source:** APPNOTE.TXT, section 4.3.12; AWS Lambda, "Working with .zip file archives".
"""

from collections.abc import Iterator, Sequence

from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants
from careen.safety.pattern import pattern

DIRECTORY_BYTES = 1 << 20  # of the directory that are read
_CACHES = ("/pkg/mod/cache/download/",)  # sources of modules, which may contain packages for their tests
_ENTRY, _NAME_AT, _LENGTHS_AT = b"PK\x01\x02", 46, 28  # of an entry of the directory
_PACKAGES = {
    "PyPI": pattern(r"(?:.+/)?[\w.+-]+\.dist-info/METADATA"),
    "npm": pattern(r"(?:.+/)?node_modules/(?:@[\w.-]+/)?[\w.-]+/package\.json"),
    "Java": pattern(r".+\.(?:jar|war|ear)"),
    "Ruby": pattern(r"(?:.+/)?specifications/[\w.-]+\.gemspec"),
    "PHP": pattern(r"(?:.+/)?vendor/composer/installed\.json"),
    ".NET": pattern(r"(?:.+/)?[\w.-]+\.deps\.json"),
}
MAX_NAME = 512


class Directory:
    """Collects the end of an archive."""

    def __init__(self, size_bytes: int) -> None:
        self.ranges: Sequence[tuple[int, int]] | None = ((max(0, size_bytes - DIRECTORY_BYTES), size_bytes),)
        self._data = bytearray()

    def feed(self, chunk: bytes) -> None:
        self._data += chunk
        del self._data[:-DIRECTORY_BYTES]

    def skip(self, size: int) -> None:
        """What is skipped lies before the directory."""

    def facts(self) -> Iterator[Package]:
        names = [*_names(bytes(self._data))]
        kinds = [kind for kind, expression in _PACKAGES.items() if any(map(expression.fullmatch, names))]
        if kinds:
            raise ValueError(f"a zip archive with packages of {', '.join(kinds)}, which careen scan reads when it is unpacked")
        return iter(())


def _names(end: bytes) -> Iterator[str]:
    """The names in the directory, of which the first entries may be missing."""
    at = end.find(_ENTRY)
    while at >= 0:
        lengths = end[at + _LENGTHS_AT : at + _LENGTHS_AT + 6]
        name, extra, comment = (int.from_bytes(lengths[place : place + 2], "little") for place in (0, 2, 4))
        if name <= MAX_NAME:
            yield end[at + _NAME_AT : at + _NAME_AT + name].decode("utf-8", "replace")
        at = end.find(_ENTRY, at + _NAME_AT + name + extra + comment)


def read(file: File) -> Directory | None:
    return None if any(folder in f"/{file.path}" for folder in _CACHES) else Directory(file.size_bytes)


CATALOGER = Cataloger(
    name="zipped_packages",
    ecosystem=Ecosystem(purl_type="generic", scheme="generic"),
    readers=(Reader(Wants(suffixes=(".zip",), magic=(b"PK",), amount="stream"), read),),
    limits="The packages in these archives.",
)
