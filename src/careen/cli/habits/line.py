"""Translates a whole command line of another scanner, word by word."""

import importlib
import shlex
from collections.abc import Mapping, Sequence
from itertools import pairwise

from msgspec import Struct

from careen.errors import UsageError

from ..arguments import Parser
from .commands import command_meaning, our_command_meaning
from .flags import flag_meaning, takes_value
from .meaning import Meaning

PLACEHOLDER = "IMAGE"
NEEDS_REFERENCE = ("scan", "sbom", "inventory", "fix", "licenses")
SHARED = ("scan", "sbom", "inventory")
FOLDERS = ("fs", "filesystem", "repo", "repository")  # whose configuration files Trivy checks, too
MAX_WORDS = 2_000


class Line(Struct, frozen=True):
    words: tuple[str, ...]  # the command, and what follows
    reasons: tuple[str, ...] = ()  # how it differs from the original line; none: the meaning is the same
    then: tuple[str, ...] = ()  # a second line

    def __str__(self) -> str:
        return " && ".join(shlex.join(("careen", *words)) for words in (self.words, self.then) if words)


def meant(words: Sequence[str], error: UsageError) -> Line:
    """The line in Careen's words, if it means the same. ``error`` is the reason why Careen does not accept the
    original line.

    Raises: the error, with the line to type if there is one.
    """
    line = _translated(words)
    if line is None:
        raise error
    if line.reasons:
        raise _with(line, "; ".join(line.reasons))
    return line


def corrected(words: Sequence[str], error: UsageError) -> UsageError:
    """The error of a command that has begun, with the line to type if a word of another scanner is the cause.

    Commands that other scanners do not have are not corrected: all their flags are Careen's own.
    """
    line = _translated(words) if words and words[0] in SHARED else None
    if line is None:
        return error
    return _with(line, "; ".join(line.reasons) or str(error))


def _with(line: Line, why: str) -> UsageError:
    return UsageError(why, f"type: {line}")


def _translated(words: Sequence[str]) -> Line | None:
    """The line of another scanner in Careen's words; None if there is nothing to translate, or a word that no table has."""
    if not words or len(words) > MAX_WORDS:
        return None
    name, rest = words[0], words[1:]
    start = _start(name, rest)
    if start is None and name not in (*NEEDS_REFERENCE, "check", "explain"):
        return None  # other commands have flags of their own, which other scanners use for something else
    if name.startswith("-") and name != "-":
        rest = words
    command = (start and start.command) or name
    if "--help" in rest or "-h" in rest:
        return Line((command, "--help"))
    if start and start.alone:
        return Line((command, *start.words), (start.why,) if start.why else ())
    taken = _values_of(command)
    pairs, targets = _pairs(rest, taken)
    found = _flags(pairs, taken, rest)
    if found is None or (start is None and not any(meaning for _, _, meaning in found)):
        return None
    alone = next((meaning for _, _, meaning in found if meaning and meaning.alone), None)
    if alone:
        return Line((alone.command, *alone.words), (alone.why,))
    return _line(command, start, name, targets, found)


_Found = list[tuple[str, str | None, Meaning | None]]


def _line(command: str, start: Meaning | None, name: str, targets: Sequence[str], found: _Found) -> Line:
    """The line in Careen's words. ``found``: the flags, each with its value, and with its meaning if it is a flag of
    another scanner."""
    shown = [*start.words, *(targets if start.words == (name,) else ())] if start else [*targets]
    reasons = [start.why] if start else []
    flags: list[str] = []
    for flag, value, meaning in found:
        if meaning is None:
            flags += [flag] if value is None else [flag, value]
            continue
        reasons.append(meaning.why)
        into = flags if meaning.words[:1] and meaning.words[0].startswith("-") else shown
        into += meaning.words
    then: tuple[str, ...] = ()
    if name in FOLDERS and command == "scan" and (scanners := _with_configuration(flags)):
        then = ("check", *shown)
        flags[flags.index("--scanners") + 1] = ",".join(scanners)
        reasons.append("careen scan reads packages and secrets of a folder, careen check its configuration files")
    if not shown and command in NEEDS_REFERENCE and "--from-file" not in flags:
        shown.append(PLACEHOLDER)
        reasons.append("the line names no image")
    return Line((command, *shown, *flags), tuple(dict.fromkeys(filter(None, reasons))), then)


def _start(name: str, rest: Sequence[str]) -> Meaning | None:
    """The meaning of the first word, if it is not a command of Careen, or means something else in another scanner."""
    if name.startswith("-") and name != "-":
        targets = _pairs((name, *rest), _values_of("scan"))[1]
        return Meaning(tuple(targets), "flags follow the command here", "scan") if targets else None
    ours = name in _ours()
    targets = _pairs(rest, _values_of(name if ours else "scan"))[1]
    return our_command_meaning(name, targets) if ours else command_meaning(name, targets)


def _flags(pairs: Sequence[tuple[str, str | None]], taken: Mapping[str, bool], line: Sequence[str]) -> _Found | None:
    """The flags with their meanings; None if a flag belongs to no scanner."""
    found = [(flag, value, flag_meaning(flag, value, line)) for flag, value in pairs]
    return found if all(meaning or flag in taken for flag, _, meaning in found) else None


def _with_configuration(flags: Sequence[str]) -> list[str]:
    """The selected scanners besides the one for configuration files; [] if that one is not selected."""
    value = next((value for flag, value in pairwise(flags) if flag == "--scanners"), "")
    asked = value.lower().split(",")
    others = [word for word in asked if word not in ("config", "misconfig")]
    return (others or ["vuln"]) if len(others) < len(asked) else []


def _ours() -> Mapping[str, tuple[str, str]]:
    from ..main import COMMANDS

    return COMMANDS


def _values_of(command: str) -> dict[str, bool]:
    """The flags of a command of Careen, each with whether a value follows."""
    parser: Parser = importlib.import_module(_ours()[command][0]).parser()
    return {option: action.nargs != 0 for action in parser._actions for option in action.option_strings}


def _pairs(words: Sequence[str], ours: Mapping[str, bool]) -> tuple[list[tuple[str, str | None]], list[str]]:
    """Splits words into flags with their values, and the other words."""
    pairs: list[tuple[str, str | None]] = []
    targets: list[str] = []
    left = list(words)
    while left:
        word = left.pop(0)
        if not word.startswith("-") or word == "-":
            targets.append(word)
            continue
        name, equals, value = word.partition("=")
        if equals:
            pairs.append((name, value))
        elif left and (ours.get(name) if name in ours else takes_value(name)):
            pairs.append((name, left.pop(0)))
        else:
            pairs.append((name, None))
    return pairs, targets
