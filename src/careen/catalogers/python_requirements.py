"""Python packages that a requirements file pins: ``*requirements*.txt``, and ``*.txt`` in a folder ``requirements``.

Only an exact version (``==``, ``===``, the address of a wheel) is listed: what a range allowed is not known from the file.
Files that it includes are read where they lie. Text is UTF-8, or UTF-16 with a byte order mark.
Raises: ValueError for a file over 4 MiB, or one with NUL bytes.
**Source:** pip, requirements file format.
"""

import codecs
import posixpath
from collections.abc import Iterator

from careen.formats.declared import declared, within_package
from careen.formats.requirement import pinned
from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants

MAX_BYTES = 4 << 20
MARKS = ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"), (codecs.BOM_UTF8, "utf-8"))


class Requirements:
    """Keeps the file, which only now is known to be one."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.size_bytes = 0

    def feed(self, chunk: bytes) -> None:
        self.size_bytes += len(chunk)
        if self.size_bytes > MAX_BYTES:
            raise ValueError(f"over {MAX_BYTES >> 20} MiB")
        self.parts.append(bytes(chunk))

    def facts(self) -> Iterator[Package]:
        content = _decoded(b"".join(self.parts))
        if "\0" in content:
            raise ValueError("no text")
        return declared(CATALOGER.name, "pypi", pinned(content.splitlines()))


def read(file: File) -> Requirements | None:
    folder, name = posixpath.split(file.path)
    if "requirements" not in name and posixpath.basename(folder) != "requirements":
        return None
    return None if within_package(file.path) else Requirements()


def _decoded(data: bytes) -> str:
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    return data.decode("utf-8", "replace")


CATALOGER = Cataloger(
    name="python_requirements",
    ecosystem=Ecosystem(purl_type="pypi", scheme="pep440", namespace="PyPI", names_insensitive=True),
    readers=(Reader(Wants(suffixes=(".txt",), amount="stream"), read),),
    limits="requirements without an exact version",
)
