"""Digests of programs, for the comparison with those that package databases record (``layers.integrity``).

Of every ELF file, and every script with an execute bit, that may be a program (``formats.packages.file_digests``). Which digest
a database records is not known while a layer is read: dpkg has MD5, apk SHA-1, rpm mostly SHA-256. For libraries the path
mostly shows which of them it is; other files get all three. The content decides nothing: who changes a program chooses it.
"""

import hashlib
from collections.abc import Iterator

from careen.formats.packages.file_digests import may_be_program
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants

ELF, SCRIPT = b"\x7fELF", b"#!"
EACH = ("md5", "sha1", "sha256")


def read(file: File) -> "_Hashing | None":
    return _Hashing(_algorithms(file.path)) if may_be_program(file.path) else None


def read_script(file: File) -> "_Hashing | None":
    return _Hashing(EACH) if may_be_program(file.path) else None


def _algorithms(path: str) -> tuple[str, ...]:
    if "-linux-gnu" in path:
        return ("md5",)
    return ("sha256",) if "lib64/" in path else EACH


class _Hashing:
    def __init__(self, algorithms: tuple[str, ...]) -> None:
        self._hashes = [hashlib.new(name, usedforsecurity=False) for name in algorithms]

    def feed(self, chunk: bytes) -> None:
        for hash in self._hashes:
            hash.update(chunk)

    def facts(self) -> Iterator[str]:
        yield " ".join(f"{hash.name}:{hash.hexdigest()}" for hash in self._hashes)


CATALOGER = Cataloger(
    name="program_digests",
    ecosystem=Ecosystem(purl_type="", scheme=""),
    readers=(
        Reader(Wants(anywhere=True, magic=(ELF,), amount="stream"), read),
        Reader(Wants(executables=True, magic=(SCRIPT,), amount="stream"), read_script),
    ),
    fact=str,
    role="digests",
    limits="Programs of macOS and Windows.",
)
