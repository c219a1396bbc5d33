"""The programs that the cataloger searches for: ``rules/*.toml``, one file for each group of products.

A rule is a ``[[program]]``:

    name      of the package; ``<file>``: the basename of the file
    files     basenames, ``*`` for anything: the cataloger reads only files with such names
    inside    basenames of other programs and libraries that link it in: the cataloger reads them, but the rule does not
              identify them
    parts     folders of its own files, from the folder that contains ``bin``, ``lib`` or the like of the file;
              ``<minor>`` is the version up to its second number
    strong    [{text, bytes}]: an expression with ``<version>`` in it, and a text that it contains, searched first; the
              first expression of the list that matches decides the version
    loose     [{bytes, texts, starts, beside, follows_name, alone}]: for a version without a name next to it. The same 256 KiB
              must contain one of ``texts``, which are searched first, and one of ``beside``; ``follows_name``: the
              version continues the one in the file's name (python3.11); ``alone``: no text precedes it, and that many
              NULs in a row soon follow; ``starts``: a match begins with one of these texts, which are searched for speed.
              All loose matches must agree on one version
    functions [{symbol, form}]: functions of a library that return its version. Forms: ``text``, whose end is a version;
              ``stored``: three numbers, where the arguments point to; ``structure``: a decimal in a field;
              ``decimal``: 10505 is 1.5.5, and from 100000 on 170004 is 17.4; ``thousands``: 2131 is 2.13.1;
              ``bytes``: 0x10302 is 1.3.2; ``first three bytes``: 0x20c01ff is 2.12.1;
              ``halves``: 0x1001000 is 1.1.0, in twelve bits each; ``digits``: 209 is 2.0.9, and 30600 is 3.6.0
    releases  [number, release]: the release by the number in the file's name, of a library that counts its files apart
              (libfreetype.so.6.20.1 is of 2.13.2)
    by_name   the number in the file's name is the release (``same``), or a project's form of it: ``gnome 2``, libglib's
              0.7400.6 is 2.74.6; ``protobuf 3``, libprotobuf's 32.0.12 is 3.21.12
    by_debug_file  a Red Hat build has it in the name of its debug file: libcurl.so.4.7.0-7.76.1-40.el9.x86_64.debug
    part      a library that most vulnerabilities of the product do not concern: findings are at most possible
    unstated  a library that states its version nowhere: it is listed without one
    named     the program has its version beside its own name or that of the file, as ``own_version`` finds it
    version   what ``<version>`` stands for, unless it is three numbers; a strong expression may have its own
    written   ``decimal``: ``<version>`` is one number, 20914 for 2.9.14
    cpe       vendor and product in the CPE dictionary; ``type`` of the package URL; ``prefix`` precedes the version
    any_mode  the files need no execute bit; ``at_start``: an expression matches only the first bytes of the file

A ``[[linked]]`` is a library, by a text that is among its constants wherever it is linked in:

    name, cpe  as above; several rules for one name are forms of its text
    before     texts, one of which is right before the version; "\\0": the version begins a text
    version    an expression; unless it is three numbers
    after      the text right after the numbers of the version, of a rule whose ``before`` is shorter than three bytes
    rest       an expression for what follows the version: unless it is given, the end of a text, a space or the like
    beside     texts of the library itself, one of which is within so many bytes (``within``) of the version
    anywhere   a text of the library itself that is somewhere in the file
    only       ``program``: not in libraries
    example    a text in which it is found; ``harmless``: a similar one in which it is not

Expressions are Python's, over bytes. Each has at least eight fixed bytes, counting the shortest of ``beside``, and
bounded repeats, so that time is linear in the file's size.
**Source:** the programs themselves; CPE 2.3, "Formatted string binding" (NISTIR 7695, 6.2).
"""

from functools import cache
from pathlib import Path
from typing import Literal

from msgspec import Struct

from careen.formats.data.rule_files import tables

NUMBERS = r"\d{1,4}\.\d{1,4}\.\d{1,5}"
Form = Literal["text", "stored", "structure", "decimal", "thousands", "bytes", "first three bytes", "halves", "digits"]
FILE = "<file>"

_START = 6  # names with a "*" are looked up by at most so many characters, which are enough to distinguish libraries


class Strong(Struct, frozen=True, forbid_unknown_fields=True):
    text: str
    bytes: str
    version: str = ""


class Loose(Struct, frozen=True, forbid_unknown_fields=True):
    bytes: str
    texts: tuple[str, ...] = ()
    starts: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    follows_name: bool = False
    alone: int = 0


class Function(Struct, frozen=True, forbid_unknown_fields=True):
    symbol: str
    form: Form


class Program(Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    files: tuple[str, ...]
    inside: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    strong: tuple[Strong, ...] = ()
    loose: tuple[Loose, ...] = ()
    functions: tuple[Function, ...] = ()
    releases: tuple[tuple[str, str], ...] = ()
    by_name: Literal["", "same", "gnome 1", "gnome 2", "protobuf 3"] = ""
    part: bool = False
    unstated: bool = False
    named: bool = False
    version: str = NUMBERS
    written: Literal["", "decimal"] = ""
    cpe: str | None = None
    type: str = "generic"
    prefix: str = ""
    by_debug_file: bool = False
    any_mode: bool = False
    at_start: bool = False

    def matches(self, name: str) -> bool:
        """Whether a file of this name is the program itself."""
        return any(fits(file.split("*"), name) if "*" in file else file == name for file in self.files)


class Linked(Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    example: str
    harmless: str
    before: tuple[str, ...] = ("\0",)
    version: str = NUMBERS
    after: str = ""
    rest: str = r"(?=[\x00\n\r (),;])"
    beside: tuple[str, ...] = ()
    within: int = 1 << 18
    anywhere: str = ""
    only: Literal["", "program"] = ""
    cpe: str | None = None


class _Rules(Struct, frozen=True, forbid_unknown_fields=True):
    program: tuple[Program, ...] = ()
    linked: tuple[Linked, ...] = ()


@cache
def _rules() -> list[_Rules]:
    return tables(Path(__file__).parent / "rules", _Rules)


def programs() -> tuple[Program, ...]:
    return tuple(program for table in _rules() for program in table.program)


def linked_libraries() -> tuple[Linked, ...]:
    return tuple(library for table in _rules() for library in table.linked)


class Names:
    """Looks up programs by basename. Most files are no such program, so this must be fast."""

    def __init__(self, known: tuple[Program, ...]) -> None:
        self._plain: dict[str, list[Program]] = {}
        self._by_start: dict[str, list[tuple[list[str], Program]]] = {}  # the texts before and after each "*"
        for program in known:
            for name in (*program.files, *program.inside):
                if "*" in name:
                    start = name.partition("*")[0][:_START]
                    self._by_start.setdefault(start, []).append((name.split("*"), program))
                else:
                    self._plain.setdefault(name, []).append(program)
        self._lengths = sorted({len(start) for start in self._by_start})

    def programs(self, name: str) -> list[Program]:
        found = list(self._plain.get(name, ()))
        for length in self._lengths:
            if rows := self._by_start.get(name[:length]):
                found += [program for parts, program in rows if fits(parts, name)]
        return list(dict.fromkeys(found)) if len(found) > 1 else found


def fits(parts: list[str], name: str) -> bool:
    """Whether the name starts with the first part, ends with the last, and has the others between them in this order."""
    first, *middle, last = parts
    at, end = len(first), len(name) - len(last)
    if at > end or not name.startswith(first) or not name.endswith(last):
        return False
    for part in middle:
        at = name.find(part, at, end)
        if at < 0:
            return False
        at += len(part)
    return True
