"""The versions in the paths of a build.

``/build/acme-1.2/src/a.c`` states the version of ``acme``, and so do the folder of a Rust program's own sources, the folder
that a compiler leaves out of its paths, and a library of the same product that a library needs (``libacmecommon-17.0.so``).
The folder in which a distribution builds a package names the product of a program with any other name, too, if all its paths
have the same: ``/build/reproducible-path/acme-1.2/tools/lister.c``.
"""

from collections.abc import Iterator

from careen.safety.pattern import pattern

from .own_name import OwnName, plain
from .version_forms import BEFORE_BYTES, VERSION

MAX_FOLDERS = 8

_PATH_BYTES, _DASH = 160, ord("-")
_WORDS = rb"[A-Za-z][A-Za-z0-9_+]{0,30}(?:-[A-Za-z][A-Za-z0-9_+]{0,30}){0,4}"
_NUMBER = pattern(VERSION)
_SOURCES = pattern(rb"/(?:build|builddir|home|root|src|tmp|work)/(?:[^\x00/]{1,60}/){0,8}?(" + _WORDS + rb")-v?$")
_SOURCES_END = pattern(
    rb"/(?:target|debian|obj-[a-z0-9_-]{4,40})/?|/[^\x00\n\"]{1,160}\.(?:c|cc|cpp|cxx|h|hh|hpp|rs|go|inc|ml|hs|y|l)(?=[\x00:\"])"
)
_CRATE = pattern(rb"/registry/([A-Za-z][A-Za-z0-9_-]{1,60})-$")  # of Debian's builds in Rust, also of the program itself
_CRATE_ENDS = (b"/target/", b"/debian/cargo_registry/")
_LEFT_OUT, _LEFT_OUT_END = pattern(rb"-prefix-map=/[^\x00= ]{0,80}/([A-Za-z][A-Za-z0-9_+-]{1,60})-$"), b"=."
_PACKAGE = pattern(
    rb"/(?:build/(?:reproducible-path|[a-z0-9][a-z0-9.+-]{1,40}-[A-Za-z0-9]{6})"
    rb"|builddir/build/BUILD(?:/[^\x00/]{1,60}-build)?|home/buildozer/aports/[a-z]{3,12}/[^\x00/]{1,60}/src)/("
    + _WORDS
    + rb")-$"
)
_PACKAGE_END = pattern(rb"(?:[+~][\w.+~-]{1,40})?[/=]")
_NEEDED = pattern(rb"\x00lib([A-Za-z][A-Za-z0-9_+-]{2,40})-$")
_NEEDED_END = pattern(
    rb"(\d{1,4}\.\d{1,4}(?:\.\d{1,4})?)(?:-[\w.+~-]{1,40})?\.so\x00"
)  # a library with an interface for others has another number behind it
_OF_ANY_PROGRAM = ("binutils", "gcc", "ghc", "glibc", "golang", "llvm", "musl", "rustc")  # parts of it are in others' programs


class BuildPaths:
    def __init__(self, own: OwnName) -> None:
        self._own = own
        self._folders: set[tuple[bytes, bytes]] = set()

    def stated(self, data: bytes, at: int) -> Iterator[tuple[bytes, str]]:
        """Version and name, by the number that begins at ``at``."""
        start, number = max(0, at - _PATH_BYTES), _NUMBER.match(data, at)
        if number is None:
            return
        end, own = number.end(), self._own
        sources = _SOURCES.search(data, start, at)
        if sources and self._is_source(sources[1]) and _SOURCES_END.match(data, end):
            yield number[0], own.name
        crate = _CRATE.search(data, start, at)
        if crate and data.startswith(_CRATE_ENDS, end):
            yield number[0], own.name if self._is_source(crate[1]) else crate[1].decode()
        left_out = _LEFT_OUT.search(data, start, at)
        if left_out and self._is_source(left_out[1]) and data.startswith(_LEFT_OUT_END, end):
            yield number[0], own.name
        needed = _NEEDED.search(data, max(0, at - BEFORE_BYTES), at) if own.is_library else None
        release = _NEEDED_END.match(data, at) if needed else None
        if needed and release and any(plain(needed[1].decode()).startswith(name) for name in own.names):
            yield release[1], own.name
        package = _PACKAGE.search(data, start, at) if len(self._folders) < MAX_FOLDERS else None
        if package and _PACKAGE_END.match(data, end) and not plain(package[1].decode()).startswith(_OF_ANY_PROGRAM):
            self._folders.add((package[1], number[0]))

    def package(self) -> tuple[str, str] | None:
        """Name and version of the only folder of a package."""
        if len(self._folders) != 1:
            return None
        name, version = next(iter(self._folders))
        return name.decode(), version.decode()

    def _is_source(self, name: bytes) -> bool:
        """Whether the folder of sources has the own name, also behind that of the language (``rust-acme``) or project."""
        return self._own.is_name(name) or any(
            self._own.is_name(name[at + 1 :]) for at, character in enumerate(name) if character == _DASH
        )
