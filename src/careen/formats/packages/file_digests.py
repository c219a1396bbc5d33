"""Digests of files that package databases record, as ``ALGORITHM:HEX``, and which files are compared with them.

A scan compares only programs: what lies in folders of data, or has the name of data or of a module of a language, is left
out, as are byte code and documentation, which slim images rewrite and delete. All files are compared only on request.
"""

import hashlib
from collections.abc import Iterator, Sequence

from careen.safety.pattern import pattern

ELF, SCRIPT = b"\x7fELF", b"#!"

DATA_FOLDERS = ("usr/share/", "usr/include/", "usr/local/", "usr/src/", "etc/", "var/", "srv/", "boot/")
DATA_SUFFIXES = (
    ".a", ".c", ".cc", ".conf", ".cpp", ".css", ".el", ".elc", ".enc", ".gz", ".h", ".hpp", ".html", ".js", ".json", ".la",
    ".m4", ".map", ".md", ".mo", ".o", ".pc", ".ph", ".pl", ".pm", ".pod", ".png", ".py", ".pyc", ".pyi", ".rb", ".svg",
    ".tcl", ".txt", ".xml", ".yaml", ".yml",
)  # fmt: skip


EACH = ("md5", "sha1", "sha256")
# Code that an interpreter runs, whether or not it may be executed itself.
MODULES = (".cjs", ".jar", ".js", ".lua", ".mjs", ".php", ".pl", ".pm", ".py", ".rb", ".sh", ".tcl")
OF_PYTHON = "-packages/"  # site-packages, dist-packages
_START_BYTES = 65_536
_GLIBC = b"/ld-linux"
_DOCUMENTS = ("etc/", "usr/share/doc/", "usr/share/man/", "usr/share/info/", "usr/share/locale/")
_MAX_PATH = 4096  # of Linux; a header may have any text
_PROGRAMS = pattern(r"(?:.*/)?s?bin/[^/]*|.*\.so(?:\.[\w.]+)?")
_SYSTEM = pattern(r"(?:usr/)?(?:s?bin|lib(?:exec|32|64|x32)?)/")


def first_algorithms(path: str, data: bytes) -> tuple[str, ...]:
    """The algorithms with which the digests of a file are computed while its layer is read.

    No package database is known yet: dpkg records MD5, apk SHA-1, rpm mostly SHA-256, and packages of Python SHA-256.
    Libraries of Debian and of rpm are recognised by their folders, programs by the C library that their first bytes
    name (musl is Alpine's). If neither decides, all three algorithms are used. Files outside of a system's folders
    get none, or SHA-256 if they are Python's.
    """
    found = _of_system(path, data) if _SYSTEM.match(path) else ()
    return (*found, "sha256") if OF_PYTHON in path and "sha256" not in found else found


def _of_system(path: str, data: bytes) -> tuple[str, ...]:
    if "-linux-gnu" in path:
        return ("md5",)
    if "lib64/" in path:
        return ("sha256",)
    if b"musl" in data[:_START_BYTES] or "musl" in path:
        return ("sha1",)
    return ("md5", "sha256") if _GLIBC in data[:_START_BYTES] else EACH


def is_compared(path: str) -> bool:
    """Whether digests of a program at this path are computed while its layer is read."""
    return OF_PYTHON in path or _SYSTEM.match(path) is not None


def may_be_program(path: str) -> bool:
    return (OF_PYTHON in path or not path.startswith(DATA_FOLDERS)) and not path.endswith(DATA_SUFFIXES)


def is_code(path: str) -> bool:
    """Whether a file that a package owns is a program, a library or a module, whatever its content is now."""
    if len(path) > _MAX_PATH:
        return False
    return not path.startswith(_DOCUMENTS) and (path.endswith(MODULES) or _PROGRAMS.fullmatch(path) is not None)


def may_run(path: str, mode: int) -> bool:
    """Whether the file has an execute bit; files in folders of documentation do not count."""
    return mode & 0o111 != 0 and not path.startswith(_DOCUMENTS)


class Digesting:
    """Computes the digests of a file that is fed in chunks; ``facts`` gives them as one text, ``md5:HEX sha256:HEX``."""

    def __init__(self, algorithms: Sequence[str]) -> None:
        self._hashes = [hashlib.new(name, usedforsecurity=False) for name in algorithms]

    def feed(self, chunk: bytes) -> None:
        for hash in self._hashes:
            hash.update(chunk)

    def facts(self) -> Iterator[str]:
        yield " ".join(f"{hash.name}:{hash.hexdigest()}" for hash in self._hashes)
