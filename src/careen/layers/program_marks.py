"""The compilers in the section ``.comment`` of programs and libraries; read once more for programs with
vulnerabilities.

A compiler writes its name and version there, with the distribution that built the compiler: ``GCC: (Debian 12.2.0-14)
12.2.0``. Distributions strip the section from their packages, or leave their own name.
"""

from collections.abc import Iterable, Iterator

from careen.model.inventory import ProgramRead
from careen.model.package import Evidence
from careen.plugins import File, Reader, Wants
from careen.safety.pattern import pattern

from .dispatch import Wanted
from .walk import Again

MAX_NAMES = 40
MAX_BYTES = 200
ELF = b"\x7fELF"
_COMPILER = pattern(
    rb"(?:GCC: \([^()\0]{1,80}\)[ -~]{0,80}|(?:[A-Z][A-Za-z]{1,20} )?clang version [ -~]{1,80}|rustc version [ -~]{1,60})\0"
)
_NAME = "program_compilers"


def read_programs(places: Iterable[Evidence], again: Again) -> tuple[ProgramRead, ...]:
    """Reads the compilers of the files. ``again`` rereads a layer. Files that are not ELF files, or could not be read,
    are left out.
    """
    by_layer: dict[int, set[str]] = {}
    for place in places:
        by_layer.setdefault(place.layer, set()).add(place.path)
    wanted = Wanted(_NAME, Reader(Wants(amount="stream"), _begin))
    found: list[ProgramRead] = []
    for layer, paths in sorted(by_layer.items()):
        walked = again(layer, dict.fromkeys(sorted(paths), wanted))
        found += (ProgramRead(path, compilers) for path, compilers in walked.facts.get(_NAME, ()))
    return tuple(found)


def _begin(file: File) -> "_Compilers | None":
    return _Compilers() if file.data.startswith(ELF) else None


class _Compilers:
    def __init__(self) -> None:
        self._rest = b""
        self._names: dict[bytes, None] = {}

    def feed(self, chunk: bytes) -> None:
        text = self._rest + chunk
        for name in _COMPILER.findall(text):
            if len(self._names) < MAX_NAMES:
                self._names[name] = None
        self._rest = text[-MAX_BYTES:]

    def facts(self) -> Iterator[tuple[str, ...]]:
        yield tuple(name.rstrip(b"\0").decode("ascii", "replace") for name in sorted(self._names))
