"""The functions of a Go program by package and symbol ("F", "T.M"), in the terms of Go's vulnerability database.

``golang.org/x/net/http2.(*Framer).ReadFrame.func1`` is the symbol ``Framer.ReadFrame`` of its package: a closure counts as
the function that contains it, a method belongs to its type whatever the receiver, an instance to its generic function.
A function that was inlined everywhere also has a name in the table, unless only a closure is left of it. Since Go 1.21 the
closure's name contains the function's: ``main.main.F.func1`` comes from a function ``F`` of any package, inlined in
``main.main``.
**Source:** Go, src/cmd/internal/objabi/path.go (escapes), src/cmd/compile/internal/ir/func.go (``closureName``),
src/cmd/link/internal/ld/pcln.go; golang.org/x/vuln, internal/buildinfo.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from functools import cached_property
from itertools import pairwise

MAX_NESTED = 16  # nesting depth of type arguments

_WORD = rb"[^.()*\[\]\0-]+"
# After the package: a function, or a type and a method.
_SYMBOL = re.compile(rb"(?:\A|\0)(?:\(\*)?(" + _WORD + rb")\)?(?:\.(" + _WORD + rb"))?")
# After a package: a name, or the rest of a longer path. Only type arguments contain slashes.
_BEHIND = rb"(?:\.([^\0/\[]*(?:\[[^\0]*)?)(?![^\0])|/)"
_CLOSURE = re.compile(rb"(?:func|gowrap|deferwrap)?[0-9]+")
# The part of a closure's name after its package and the function that contains it.
_INLINED = re.compile(rb"(?:\A|\0)(?:[^/\0]*/)*+[^./\0]*\.(?:\(\*[^)\0]*\)\.)?[^./(\0][^./\0]*\.([^/\0]+)(?=\0|\Z)")
_INNERMOST = re.compile(rb"\[[^\[\]\0]*\]")
# What the linker escapes in the path of a package: dots in its last element only.
_ESCAPED = re.compile(rb'[\x00-\x20%"\x7f-\xff]|\.(?=[^/]*\Z)')


class Functions:
    """The functions in a program's table. ``names`` has a NUL before each name. Symbols can be looked up for
    ``packages``; for ``modules`` only whether any function exists.
    """

    def __init__(self, names: bytes, packages: Collection[str], modules: Collection[str] = ()) -> None:
        self._names = names
        by_name = {symbol_path(package): package for package in packages}
        # A module's own package, and those below it: only the last element of a path has escapes.
        starts = {start: module for module in modules for start in (symbol_path(module), module.encode(errors="replace"))}
        any_of_them = re.compile(rb"\0(" + _any_of({*by_name, *starts}) + rb")" + _BEHIND)
        found: dict[bytes, list[bytes]] = {}
        for path, rest in any_of_them.findall(names):
            found.setdefault(path, []).append(rest)
        self._found = {by_name[path]: rests for path, rests in found.items() if path in by_name}
        self._symbols: dict[str, frozenset[str]] = {}
        paths = {by_name.get(path) or starts[path] for path in found if path}
        self.modules = frozenset(filter(None, (_module_of(path, modules) for path in paths)))

    def has(self, function: str) -> bool:
        """Whether there is a function with exactly this name."""
        return b"\0%b\0" % function.encode() in self._names

    def has_package(self, package: str) -> bool:
        """Whether the program contains any function of the package."""
        return any(self._found.get(package, ()))

    def of(self, package: str) -> frozenset[str]:
        """The symbols of a package."""
        if package not in self._symbols:
            self._symbols[package] = symbols(b"\0".join(filter(None, self._found.get(package, ()))))
        return self._symbols[package]

    @cached_property
    def inlined(self) -> frozenset[str]:
        """Symbols, of any package, of functions that were inlined and left closures."""
        outer = {piece[piece.rfind(b"\0") + 1 :] for piece in self._names.split(b".func")[:-1]}
        rests = set(_INLINED.findall(_without_arguments(b"\0".join(outer))))
        return frozenset(symbol for rest in rests for symbol in _inlined(rest))


def symbol_path(package: str) -> bytes:
    """The path of a package as it is written in symbols: ``gopkg.in/yaml%2ev3``."""
    return _ESCAPED.sub(lambda found: b"%%%02x" % found[0][0], package.encode(errors="replace"))


def symbols(rests: bytes) -> frozenset[str]:
    """The possible symbols of names, each given without the path of its package: ``T.M`` may be a method, or a closure
    that was inlined in ``T``.
    """
    found = set[str]()
    for first, second in set(_SYMBOL.findall(_without_arguments(rests))):
        word = first.decode("utf-8", "replace")
        found.add(word)
        if second and not _CLOSURE.fullmatch(second):
            found.add(f"{word}.{second.decode('utf-8', 'replace')}")
    return frozenset(found)


def _module_of(path: str, modules: Collection[str]) -> str:
    """The innermost module that has a package; "" if none does."""
    return max((module for module in modules if f"{path}/".startswith(f"{module}/")), key=len, default="")


def _any_of(paths: Iterable[bytes]) -> bytes:
    """A regular expression for these paths. Common beginnings are matched only once."""
    below: dict[bytes, set[bytes]] = {}
    for path in paths:
        first, _, rest = path.partition(b"/")
        below.setdefault(first, set()).add(rest)
    parts = []
    for first, rests in sorted(below.items()):
        inner = _any_of(rest for rest in rests if rest) if any(rests) else b""
        part = re.escape(first) + (b"/" + inner if inner else b"")
        parts.append(re.escape(first) + b"(?:/" + inner + b")?" if inner and b"" in rests else part)
    return b"(?:" + b"|".join(parts) + b")"


def _inlined(rest: bytes) -> Iterator[str]:
    """The possible symbols in a name: ``Nest.(*T).M`` gives Nest and T.M, among other words that are not functions."""
    parts = (part.strip(b"(*)").decode("utf-8", "replace") for part in rest.split(b".") if not _CLOSURE.fullmatch(part))
    words = [word for word in parts if word]
    yield from words
    yield from map(".".join, pairwise(words))


def _without_arguments(names: bytes) -> bytes:
    """The names without type arguments: ``F[...]`` becomes ``F``."""
    for _ in range(MAX_NESTED):
        if b"[" not in names:
            break
        names = _INNERMOST.sub(b"", names)
    return names
