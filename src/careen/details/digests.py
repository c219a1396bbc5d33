"""SHA-256 and SHA-512 of files that are components themselves: Java archives, and programs outside a distribution's
folders.
"""

import hashlib
from collections.abc import Iterator

from msgspec import Struct

from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants

SUFFIXES = (".jar", ".war", ".ear", ".hpi", ".jpi", ".aar", ".whl", ".asar", ".dll")
SYSTEM = ("usr/bin/", "usr/sbin/", "bin/", "sbin/", "usr/lib", "lib")
ELF = b"\x7fELF"


class Digests(Struct, frozen=True, gc=False):
    sha256: str
    sha512: str


def read(file: File) -> "_Hashing":
    return _Hashing()


def read_program(file: File) -> "_Hashing | None":
    return None if file.path.startswith(SYSTEM) or ".so" in file.path else _Hashing()


class _Hashing:
    def __init__(self) -> None:
        self._hashes = (hashlib.sha256(), hashlib.sha512())

    def feed(self, chunk: bytes) -> None:
        for hash in self._hashes:
            hash.update(chunk)

    def facts(self) -> Iterator[Digests]:
        yield Digests(*(hash.hexdigest() for hash in self._hashes))


CATALOGER = Cataloger(
    name="component_digests",
    ecosystem=Ecosystem(purl_type="", scheme=""),
    readers=(
        Reader(Wants(suffixes=SUFFIXES, amount="stream"), read),
        Reader(Wants(executables=True, magic=(ELF,), amount="stream"), read_program),
    ),
    fact=Digests,
    role="component_digests",
)
