"""Programs and shared libraries: which files of an image are machine code, whoever made them.

It finds no packages. ``layers.unidentified`` compares these files with what packages own and what other catalogers
identify, and the rest is reported as unidentified. A fact is the hash of the file's first bytes, by which copies of a
file are recognised before both are read whole.
Counted are ELF executables and shared objects, and PE files by their usual endings. Objects that are yet to be linked,
kernel modules, core dumps and macOS binaries do not run in a container.
"""

import hashlib
from collections.abc import Iterator

from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants

NAME = "native_code"
HASHED_BYTES = 4096
_EXECUTABLE, _SHARED_OBJECT = 2, 3


def read(file: File) -> Iterator[str]:
    if _runs(file.data):
        yield hashlib.blake2b(file.data[:HASHED_BYTES], digest_size=8).hexdigest()


def _runs(head: bytes) -> bool:
    from careen.formats.elf import read_elf

    try:
        if head.startswith(b"MZ"):
            from careen.formats.pe import read_pe

            return read_pe(head) is not None
        return read_elf(head).type in (_EXECUTABLE, _SHARED_OBJECT)
    except ValueError:
        return False  # nothing that could be started


CATALOGER = Cataloger(
    name=NAME,
    ecosystem=Ecosystem(purl_type="", scheme=""),
    readers=(Reader(Wants(suffixes=(".exe", ".dll"), executables=True, magic=(b"\x7fELF", b"MZ"), amount="head"), read),),
    fact=str,
    join=lambda facts: iter(()),
    limits="Machine code without an execute bit and without the name of a shared library, and scripts.",
)
