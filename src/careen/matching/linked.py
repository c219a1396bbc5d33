"""Findings about Go programs that do not contain the vulnerable functions: they become ``possible``.

Go's database lists the affected packages of a module, and the functions and methods in them. The linker omits unused
functions, and the program's table of functions lists the rest. A finding stays unchanged unless all of this holds:

- the advisory is of the Go database, and lists the affected packages;
- each program that contains the module has a readable table;
- the table has none of the listed functions, by its own name or by that of a closure in it; if the advisory lists none for
  a package, the table has no function of the package;
- the table has other functions of the module under the module's path, so that the program is not obfuscated (an obfuscated
  program keeps only the path of package main).

For programs built with Go 1.17 to 1.20 only packages are checked, because these inlined functions with closures in them
without a trace.
"""

from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from careen.model.advisory import Advisory, Import
from careen.model.inventory import Program
from careen.safety.deflate import inflated
from careen.safety.pattern import pattern

from .assess import Assessed
from .go_functions import Functions

NAMESPACE = "Go"
STANDARD_LIBRARY = "stdlib"
PREFIXES = {"toolchain": "cmd"}  # of the packages of a module, if it is not the module's name
# Packages that nearly every program contains. They are obfuscated if the standard library is.
_ORDINARY = frozenset({"fmt", "strconv", "strings", "bytes", "bufio", "sort"})
_IN_EACH_PROGRAM = "runtime.goexit"  # a program without it is linked with a shared library
_RELEASE = pattern(r"(?:devel )?go1\.(\d{1,3})")
_WITHOUT_TRACE = range(17, 21)  # minor releases of Go that inline functions with closures without naming these after them


def without_unlinked(assessed: Sequence[Assessed], programs: Sequence[Program]) -> list[Assessed]:
    """All findings. A finding of a Go package becomes ``possible`` if none of the programs that contain the package contains a
    vulnerable function.
    """
    by_path = {program.path: program for program in programs}
    decidable = [entry for entry in assessed if _is_decidable(entry, by_path)]
    wanted: dict[str, list[Advisory]] = {}
    for entry in decidable:
        for path in _paths(entry):
            wanted.setdefault(path, []).extend(_advisories(entry))
    tables = {path: _Table(by_path[path], advisories) for path, advisories in wanted.items()}
    unlinked = {id(entry) for entry in decidable if not any(_is_linked(entry, tables[path]) for path in _paths(entry))}
    return [
        replace(entry, confidence="possible", lowered_by="not_linked") if id(entry) in unlinked else entry for entry in assessed
    ]


def _is_decidable(entry: Assessed, programs: Mapping[str, Program]) -> bool:
    if entry.subject.namespace != NAMESPACE or entry.confidence == "possible":
        return False
    paths = _paths(entry)
    return bool(paths) and paths <= programs.keys() and all(advisory.imports for advisory in _advisories(entry))


def _paths(entry: Assessed) -> set[str]:
    return {evidence.path for evidence in entry.subject.package.evidence}


def _advisories(entry: Assessed) -> Iterator[Advisory]:
    return (match.advisory for match in entry.preferred)


def _names_of(affected: Import, advisory: Advisory) -> tuple[str, ...]:
    """The paths of a package in programs. The standard library contains copies of other modules' packages."""
    return (affected.path, f"vendor/{affected.path}") if advisory.package == STANDARD_LIBRARY else (affected.path,)


def _is_linked(entry: Assessed, table: "_Table") -> bool:
    """Whether the program contains a vulnerable function, or its table does not show whether it does."""
    return any(
        any(table.has(affected, advisory) for affected in advisory.imports) or not table.has_module(advisory.package)
        for advisory in _advisories(entry)
    )


class _Table:
    """The functions of one program."""

    def __init__(self, program: Program, wanted: Sequence[Advisory]) -> None:
        packages = {name for advisory in wanted for affected in advisory.imports for name in _names_of(affected, advisory)}
        modules = {PREFIXES.get(advisory.package, advisory.package) for advisory in wanted}
        self._main = program.package
        self._functions = Functions(inflated(program.names), {*packages, "main"}, {*modules, *_ORDINARY})
        release = _RELEASE.match(program.toolchain)
        self._has_symbols = release is not None and int(release[1]) not in _WITHOUT_TRACE
        self._is_complete = release is not None and self._functions.has(_IN_EACH_PROGRAM)

    def has_module(self, module: str) -> bool:
        """Whether the table contains any function of the module under the module's path. If not, the program may be
        obfuscated, and a missing function proves nothing.
        """
        if not self._is_complete:
            return False
        if module == STANDARD_LIBRARY:
            return not self._functions.modules.isdisjoint(_ORDINARY)
        return PREFIXES.get(module, module) in self._functions.modules

    def has(self, affected: Import, advisory: Advisory) -> bool:
        """Whether the program contains any of the affected functions; or any function of the package, if the advisory lists
        none, or if inlined functions leave no trace.
        """
        names = _names_of(affected, advisory)
        if not affected.symbols or not self._has_symbols:
            return affected.path == self._main or any(map(self._functions.has_package, names))
        known = (self._functions.inlined, *map(self._functions.of, (*names, "main")))
        return any(symbol in found for symbol in affected.symbols for found in known)
