"""Programs and shared libraries: the files of an image that are machine code, whoever built them.

It finds no packages. ``layers.unidentified`` compares these files with those that packages own and that other catalogers
identify; the rest is reported as unidentified. A fact is the hash of a file's first bytes: it finds files that may be copies
before they are read completely.
ELF executables, shared objects and PE files count, whatever their name and mode: ``ld.so`` runs files without execute bit.
So do zip archives with such a member or a Java class, also after a launcher script; Java archives do not, as the Java cataloger
reports them. Unlinked objects, kernel modules, core dumps, separate debug files and macOS binaries do not run in a container.
"""

import hashlib
from collections.abc import Iterator

from careen.formats.archives.zip_members import LOCAL_HEADER, SCRIPT, MemberHeads
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants

NAME = "native_code"
HASHED_BYTES = 4096
MEMBER_BYTES = 1024  # enough for the headers of a program
ELF, PE, JAVA_CLASS = b"\x7fELF", b"MZ", b"\xca\xfe\xba\xbe"
OLDEST_CLASS = 45  # major version of Java 1.1; in macOS binaries with the same first bytes this is a small count


def read(file: File) -> Iterator[str]:
    if _runs(file.data):
        yield _head_hash(file.data)


def read_archive(file: File) -> "_Members | None":
    head = file.data
    start = head.find(b"\n") + 1 if head.startswith(SCRIPT) else 0
    if not head.startswith(LOCAL_HEADER, start):
        return None
    from careen.formats.packages.jar import is_archive

    return None if is_archive(file.path, head) else _Members(head)


class _Members:
    def __init__(self, head: bytes) -> None:
        self._found, self._hash = False, _head_hash(head)
        self._heads = MemberHeads(MEMBER_BYTES)

    def feed(self, chunk: bytes) -> None:
        self._found = self._found or any(map(_is_code, self._heads.feed(chunk)))

    def facts(self) -> Iterator[str]:
        if self._found or any(map(_is_code, self._heads.close())):
            yield self._hash


def _is_code(head: bytes) -> bool:
    return _runs(head) or (head.startswith(JAVA_CLASS) and int.from_bytes(head[6:8], "big") >= OLDEST_CLASS)


def _runs(head: bytes) -> bool:
    if head.startswith(ELF):
        from careen.formats.binaries.elf import is_program

        return is_program(head)
    if head.startswith(PE):
        from careen.formats.binaries.pe import read_pe

        try:
            return read_pe(head) is not None
        except ValueError:
            return False  # not a file that could run
    return False


def _head_hash(head: bytes) -> str:
    return hashlib.blake2b(head[:HASHED_BYTES], digest_size=8).hexdigest()


CATALOGER = Cataloger(
    name=NAME,
    ecosystem=Ecosystem(purl_type="", scheme=""),
    readers=(
        Reader(Wants(anywhere=True, magic=(ELF, PE), amount="head"), read),
        Reader(Wants(anywhere=True, magic=(LOCAL_HEADER, SCRIPT), amount="stream"), read_archive),
    ),
    fact=str,
    role="native_code",
    limits="Scripts, and machine code in archives other than zip, or in a compressed archive within another.",
)
