"""The rules about what programs and scripts can do, as data: a profile of each file, and chains that make findings.

A rule needs one atom of each of its groups: ``import:NAME`` (a function that a program imports), ``text:WORDS`` (between
boundaries of words), ``bytes:HEX``, ``syscall:NUMBER`` (x86-64, in a program), ``call:NAME`` (of ``calls.toml``, as the file's
language writes it), ``pattern:EXPRESSION`` (in scripts) or ``mode:OCTAL`` (one of these permission bits is set).
Raises: ValueError for an invalid rule.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from msgspec import Struct

from careen.model.advisory import Severity
from careen.safety.pattern import pattern
from careen.safety.typed import converted

from ..files import Kind
from ..rules import Rule

FOLDER = Path(__file__).parent
ATOMS = ("import", "text", "bytes", "syscall", "call", "pattern", "mode")
ANCHOR_LETTERS = 4
_WORD = re.compile(rb"\w+")


class Atom(Struct, frozen=True):
    """One thing that a rule searches for. ``anchor`` is a whole word of the text: a file without that word is not searched
    for the text."""

    kind: str
    value: str
    anchor: bytes = b""


class Capability(Struct, frozen=True):
    """A rule. With ``rule`` it makes findings; without, it only describes a file. ``kinds``: of files that it applies to; ():
    all that are code. ``near``: all groups must match within so many bytes; 0: anywhere in the file. ``without``: atoms whose
    presence excludes the capability. ``weight``: of a version that gains it. ``words``: a file without any of these words is
    not searched; (): every file is."""

    name: str
    needs: tuple[tuple[Atom, ...], ...]
    kinds: tuple[Kind, ...] = ()
    without: tuple[Atom, ...] = ()
    near: int = 0
    weight: int = 1
    rule: Rule | None = None
    words: tuple[bytes, ...] = ()


class Call(Struct, frozen=True):
    """The expressions that find a call in a language. ``words``: a file without any of these words is not searched."""

    words: tuple[bytes, ...]
    expressions: tuple[re.Pattern[bytes], ...]


class _WrittenCall(Struct, frozen=True, forbid_unknown_fields=True):
    words: tuple[str, ...]
    expressions: tuple[str, ...]


class _Written(Struct, frozen=True, forbid_unknown_fields=True):
    needs: tuple[tuple[str, ...], ...]
    name: str = ""
    id: str = ""
    title: str = ""
    severity: Severity = "low"
    why: str = ""
    fix: str = ""
    references: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = ()
    without: tuple[str, ...] = ()
    near: int = 0
    weight: int = 1
    words: tuple[str, ...] = ()


@cache
def capabilities() -> tuple[Capability, ...]:
    return (*read_rules((FOLDER / "profile.toml").read_text("utf-8")), *read_rules((FOLDER / "chains.toml").read_text("utf-8")))


@cache
def calls() -> Mapping[str, Mapping[str, Call]]:
    """The calls of ``calls.toml``, by name and language, which rules name with ``call:``."""
    found = converted(tomllib.loads((FOLDER / "calls.toml").read_text("utf-8")), dict[str, dict[str, _WrittenCall]])
    return {
        name: {
            language: Call(_encoded(call.words), tuple(map(expression, call.expressions)))
            for language, call in languages.items()
        }
        for name, languages in found.items()
    }


def read_rules(text: str) -> tuple[Capability, ...]:
    return tuple(_capability(converted(row, _Written)) for row in tomllib.loads(text).get("rule", ()))


@cache
def expression(text: str) -> re.Pattern[bytes]:
    return pattern(text.encode())


def _capability(written: _Written) -> Capability:
    name = written.id or written.name
    if not name or not written.needs or not all(written.needs):
        raise ValueError(f"the rule {name or '?'} has no name, or no needs")
    atoms = [atom for group in written.needs for atom in group]
    if written.severity in ("critical", "high") and len(written.needs) < 2 and not _only(atoms, "pattern"):
        raise ValueError(f"{name}: a capability alone is never {written.severity}")
    rule = None
    if written.id:
        rule = Rule(written.id, written.title, written.severity, written.why, written.fix, written.references)
    groups = tuple(tuple(map(_atom, group)) for group in written.needs)
    without = tuple(map(_atom, written.without))
    return Capability(name, groups, written.kinds, without, written.near, written.weight, rule, _encoded(written.words))


def _encoded(words: Iterable[str]) -> tuple[bytes, ...]:
    return tuple(word.encode() for word in words)


def _only(atoms: Iterable[str], kind: str) -> bool:
    return all(atom.startswith(f"{kind}:") for atom in atoms)


def _atom(text: str) -> Atom:
    kind, colon, value = text.partition(":")
    if kind not in ATOMS or not colon or not value:
        raise ValueError(f"{text!r} begins with none of {', '.join(ATOMS)}")
    if kind == "pattern":
        expression(value)
    if kind == "bytes":
        bytes.fromhex(value)
    if kind == "syscall" and not value.isdecimal():
        raise ValueError(f"{text!r} is not the number of a system call")
    if kind == "mode":
        int(value, 8)
    return Atom(kind, value, _anchor(value) if kind == "text" else b"")


def _anchor(value: str) -> bytes:
    found: Any = max(_WORD.findall(value.encode()), key=len, default=b"")
    return bytes(found) if len(found) >= ANCHOR_LETTERS else b""
