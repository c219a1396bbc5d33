"""Dangerous code in source files that no package owns: the application's own.

Small rules over syntax trees, the same on every machine; nothing is imported or run. The origin of a value is followed
within one function only, so a finding is a place to review, with its confidence, and does not gate by itself.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from careen.behaviour.files import STATED, ExaminedFile
from careen.behaviour.rules import found
from careen.model.finding import BehaviourFinding

from .rules import RULES, Match

MAX_MATCHES = 100  # of a rule in a file
_DECLARATIONS = (".d.ts", ".d.mts", ".d.cts")  # TypeScript without code
_TURNING = tuple(chr(code).encode() for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A)))  # bidirectional controls


class _Language(NamedTuple):
    module: str
    function: str


_LANGUAGES = {
    "python": _Language("python", "python_matches"),
    "javascript": _Language("javascript", "javascript_matches"),
    "php": _Language("php", "php_matches"),
    "ruby": _Language("ruby", "ruby_matches"),
    "jsp": _Language("jsp", "jsp_matches"),
    "lua": _Language("lua", "lua_matches"),
    "perl": _Language("perl", "perl_matches"),
    "shell": _Language("shell", "shell_matches"),
}


def dangerous(file: ExaminedFile) -> Iterator[BehaviourFinding]:
    """The findings in a file; none if a package has the file. Raises ValueError for a file whose code is not read: it is too
    large, cut off, or not of its language."""
    if file.owner or file.verified or file.explained or file.kind in ("program", "other", *STATED):
        return
    if file.path.endswith(_DECLARATIONS):
        return
    yield from _findings(file, _turned(file.data))
    if language := _LANGUAGES.get(file.kind):
        if file.cut:
            raise ValueError("the file is too large: only its beginning was kept, and its code was not read")
        yield from _findings(file, _reader(language)(file.data))


def _reader(language: _Language) -> Callable[[bytes], Iterator[Match]]:
    import importlib

    reader: Callable[[bytes], Iterator[Match]] = getattr(
        importlib.import_module(f"{__name__}.{language.module}"), language.function
    )
    return reader


def _turned(data: bytes) -> Iterator[Match]:
    """The first line with a control character that changes the direction of the text, if there is one."""
    places = [place for letter in _TURNING if (place := data.find(letter)) >= 0]
    if places:
        yield Match(
            "COD-018",
            data.count(b"\n", 0, min(places)) + 1,
            "control characters in the line change the order in which it is shown",
        )


def _findings(file: ExaminedFile, matches: Iterator[Match]) -> Iterator[BehaviourFinding]:
    counts: dict[str, int] = {}
    seen: set[tuple[str, int]] = set()
    for match in matches:
        if (match.rule, match.line) in seen:
            continue
        seen.add((match.rule, match.line))
        count = counts[match.rule] = counts.get(match.rule, 0) + 1
        if count <= MAX_MATCHES:
            yield found(
                RULES[match.rule],
                file.path,
                match.text,
                line=match.line,
                layer=file.layer,
                severity=match.severity,
                confidence=match.confidence,
                lasting=f"{match.text}\0{count}",
            )
