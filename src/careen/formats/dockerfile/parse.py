"""The instructions of a Dockerfile, each with its lines, flags, words, heredocs and the comments above it.

Shape: a continued line is joined into one text, whose offsets still tell the line they came from. Nothing is
interpreted here: words keep their quotes and variables.
Raises: ValueError that names the line where the text is no Dockerfile.
**Source:** Dockerfile reference ("Format", "Parser directives", "Here-documents", "Shell and exec form").
"""

import json
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator

from msgspec import Struct

from .words import expand, split

MAX_BYTES = 4 * 1024 * 1024
MAX_LINES = 50_000
_DIRECTIVE = re.compile(r"#[ \t]*([A-Za-z][A-Za-z0-9]*)[ \t]*=[ \t]*(.+?)[ \t]*$")
_BLANKS = re.compile(r"[\t\v\f\r ]+")
_HEREDOC = re.compile(r"(\d*)<<(-?)([^<]*)$")
DIRECTIVES = ("syntax", "escape", "check")


class Heredoc(Struct, frozen=True):
    name: str
    content: str
    line: int  # of the first line of the content
    expand: bool = True  # the name was not quoted
    chomp: bool = False  # "<<-": leading tabs do not count


class Comment(Struct, frozen=True, gc=False):
    text: str  # without "#"
    line: int


class Instruction(Struct, frozen=True):
    """``text`` is what follows the keyword and the flags; ``words`` is that text as the instruction divides it."""

    keyword: str  # in upper case
    written: str  # as in the file
    flags: tuple[str, ...]  # "--from=build"
    text: str
    words: tuple[str, ...]
    line: int
    end_line: int
    json: bool = False  # exec form
    pairs: tuple[tuple[str, str, str], ...] = ()  # ENV, LABEL: name, value, "=" or "" (old form)
    heredocs: tuple[Heredoc, ...] = ()
    comments: tuple[Comment, ...] = ()  # directly above, no empty line between
    trigger: "Instruction | None" = None  # of ONBUILD
    empty_continuation: int | None = None  # an empty line within a continued one
    starts: tuple[int, ...] = ()  # offsets in ``text`` at which a line of the file begins …
    lines: tuple[int, ...] = ()  # … and which one

    def line_at(self, offset: int) -> int:
        """The line of the file that a character of ``text`` stands on."""
        index = bisect_right(self.starts, offset) - 1
        return self.lines[index] if index >= 0 else self.line

    def flag(self, name: str) -> str | None:
        """The value of ``--name=value``, "" for ``--name``; None where it is not given. The last one counts."""
        values = self.values(name)
        return values[-1] if values else None

    def values(self, name: str) -> list[str]:
        found = [flag[2:].partition("=") for flag in self.flags]
        return [value for key, _, value in found if key.lower() == name]


class Parsed(Struct, frozen=True):
    instructions: tuple[Instruction, ...]
    directives: dict[str, str]
    comments: tuple[Comment, ...]
    escape: str


def parse(text: str) -> Parsed:
    if len(text) > MAX_BYTES:
        raise ValueError(f"larger than {MAX_BYTES} bytes")
    rows = text.removeprefix("\ufeff").split("\n")
    if len(rows) > MAX_LINES:
        raise ValueError(f"more than {MAX_LINES} lines")
    directives = _directives(rows)
    escape = directives.get("escape", "\\")
    if escape not in ("\\", "`"):
        raise ValueError(f"line 1: invalid escape {escape!r}: it is \\ or `")
    comments: list[Comment] = []
    instructions = tuple(_instructions(rows, escape, comments))
    if not instructions:
        raise ValueError("no instruction in this file")
    return Parsed(instructions, directives, tuple(comments), escape)


def json_array(text: str) -> tuple[str, ...]:
    """The strings of an exec form. Raises ValueError where it is no array, or holds anything but strings."""
    text = text.strip()
    if not text.startswith("["):
        raise ValueError("no JSON array")
    try:
        found = json.loads(text)
    except RecursionError:
        raise ValueError("JSON nested too deeply") from None
    if not all(isinstance(one, str) for one in found):
        raise TypeError("only strings may stand in this array")
    return tuple(one.encode("utf-8", "replace").decode() if not one.isascii() else one for one in found)


def words_of(text: str, escape: str = "\\") -> list[str]:
    """Words with their quotes and escapes, divided at blanks outside quotes; an open quote ends with the text."""
    words: list[str] = []
    word: list[str] = []
    quote = ""
    started = False
    at = 0
    while at < len(text):
        char = text[at]
        if not quote and char.isspace():
            if started:
                words.append("".join(word))
            word, started = [], False
            at += 1
            continue
        started = True
        if char == escape and quote != "'":
            if at + 1 == len(text):
                break
            word.append(text[at : at + 2])
            at += 2
            continue
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        word.append(char)
        at += 1
    if started and word:
        words.append("".join(word))
    return words


def _directives(rows: list[str]) -> dict[str, str]:
    """Only at the very top; the first line that is no directive ends them."""
    found: dict[str, str] = {}
    for number, row in enumerate(rows, start=1):
        if number == 1 and row.startswith("#!"):
            continue
        match = _DIRECTIVE.match(row.strip("\r").strip())
        if not match or match[1].lower() not in DIRECTIVES:
            break
        if match[1].lower() in found:
            raise ValueError(f"line {number}: only one {match[1].lower()} directive can be used")
        found[match[1].lower()] = match[2]
    return found


def _instructions(rows: list[str], escape: str, comments: list[Comment]) -> Iterator[Instruction]:
    mark = re.escape(escape)
    continued = re.compile(rf"(?:(?<=[^{mark}])|^){mark}[ \t]*$")
    at = 0
    above: list[Comment] = []
    while at < len(rows):
        first = at
        row = rows[at].rstrip("\r").lstrip()
        at += 1
        if row.startswith("#"):
            above.append(Comment(row[1:].strip(), at))
            comments.append(above[-1])
            continue
        if not row:
            above = []
            continue
        parts, numbers = [], []
        empty: int | None = None
        while True:
            more = continued.search(row)
            parts.append(row[: more.start()] if more else row)
            numbers.append(at)
            if not more:
                break
            while at < len(rows):  # the next line that says something
                row = rows[at].rstrip("\r")
                at += 1
                bare = row.lstrip()
                if bare.startswith("#"):
                    comments.append(Comment(bare[1:].strip(), at))
                elif bare:
                    break
                elif at < len(rows):  # what follows the last line break is no line
                    empty = empty or at
            else:
                break
        if not any(part.strip() for part in parts):
            continue
        starts, offset = [], 0
        for part in parts:
            starts.append(offset)
            offset += len(part)
        instruction = _instruction("".join(parts), starts, numbers, escape, first + 1)
        heredocs, at = _heredocs(instruction, rows, at)
        yield _completed(instruction, heredocs, tuple(above), empty, at)
        above = []


def _completed(
    one: Instruction, heredocs: tuple[Heredoc, ...], above: tuple[Comment, ...], empty: int | None, end: int
) -> Instruction:
    last = max(one.lines[-1] if one.lines else one.line, end if heredocs else 0)
    trigger = one.trigger
    if trigger is not None:
        trigger = _completed(trigger, heredocs, above, empty, end)
    return Instruction(
        one.keyword, one.written, one.flags, one.text, one.words, one.line, last, one.json, one.pairs, heredocs, above,
        trigger, empty, one.starts, one.lines,
    )  # fmt: skip


def _instruction(text: str, starts: list[int], numbers: list[int], escape: str, line: int, depth: int = 0) -> Instruction:
    head = len(text) - len(text.lstrip())
    found = _BLANKS.search(text.strip())
    written = text.strip()[: found.start()] if found else text.strip()
    begin = head + (found.end() if found else len(text.strip()))
    flags, used = _flags(text[begin:])
    begin += used
    begin += len(text[begin:]) - len(text[begin:].lstrip())
    rest = text[begin:].strip()
    keyword = written.upper()
    shifted = tuple(start - begin for start in starts)
    trigger = None
    try:
        if keyword == "ONBUILD" and rest:
            if depth > 3:
                raise ValueError("ONBUILD within ONBUILD within ONBUILD")
            trigger = _instruction(rest, list(shifted), numbers, escape, line, depth + 1)
        words, is_json, pairs = _READERS.get(keyword, _whole)(rest, escape)
    except (ValueError, TypeError) as error:
        raise ValueError(f"line {line}: {keyword}: {error}") from None
    return Instruction(
        keyword,
        written,
        tuple(flags),
        rest,
        words,
        line,
        numbers[-1],
        json=is_json,
        pairs=pairs,
        trigger=trigger,
        starts=shifted,
        lines=tuple(numbers),
    )


def _flags(text: str) -> tuple[list[str], int]:
    """Leading words that begin with ``--``, quotes resolved, and where the rest begins; ``--`` alone ends them."""
    flags: list[str] = []
    at = 0
    while True:
        while at < len(text) and text[at].isspace():
            at += 1
        if not text.startswith("--", at):
            return flags, at
        word, quote = "", ""
        while at < len(text) and (quote or not text[at].isspace()):
            char = text[at]
            if char == "\\":
                word += text[at + 1 : at + 2]
                at += 1
            elif quote:
                if char == quote:
                    quote = ""
                else:
                    word += char
            elif char in "'\"":
                quote = char
            else:
                word += char
            at += 1
        if word == "--":
            return flags, min(at, len(text))
        flags.append(word)


_Read = tuple[tuple[str, ...], bool, tuple[tuple[str, str, str], ...]]


def _whole(rest: str, escape: str) -> _Read:
    return ((rest,) if rest else ()), False, ()


def _blank_separated(rest: str, escape: str) -> _Read:
    return (tuple(_BLANKS.split(rest)) if rest else ()), False, ()


def _json_or_whole(rest: str, escape: str) -> _Read:
    return _json_or(rest, escape, _whole)


def _json_or_words(rest: str, escape: str) -> _Read:
    return _json_or(rest, escape, _blank_separated)


def _json_or(rest: str, escape: str, otherwise: Callable[[str, str], _Read]) -> _Read:
    try:
        return json_array(rest), True, ()
    except ValueError:
        return otherwise(rest, escape)


def _health(rest: str, escape: str) -> _Read:
    found = re.match(r"(\S+)\s*", rest)
    if not found:
        return (), False, ()
    kind, command = found[1], rest[found.end() :]
    words, is_json, _ = _json_or_whole(command, escape)
    return (kind, *words), is_json, ()


def _name_value(rest: str, escape: str) -> _Read:
    words = words_of(rest, escape)
    if not words:
        return (), False, ()
    if "=" not in words[0]:
        parts = _BLANKS.split(rest, maxsplit=1)
        if len(parts) < 2:
            raise ValueError("needs a name and a value")
        return (parts[0], parts[1], ""), False, ((parts[0], parts[1], ""),)
    pairs = []
    for word in words:
        name, equals, value = word.partition("=")
        if not equals:
            raise ValueError(f"no = in {word[:60]!r}: it is name=value")
        pairs.append((name, value, "="))
    return tuple(text for pair in pairs for text in pair), False, tuple(pairs)


def _arguments(rest: str, escape: str) -> _Read:
    words = words_of(rest, escape)
    pairs = []
    for word in words:
        name, equals, value = word.partition("=")
        pairs.append((name, value, equals))
    return tuple(words), False, tuple(pairs)


_READERS: dict[str, Callable[[str, str], _Read]] = {
    "ADD": _json_or_words,
    "ARG": _arguments,
    "CMD": _json_or_whole,
    "COPY": _json_or_words,
    "ENTRYPOINT": _json_or_whole,
    "ENV": _name_value,
    "EXPOSE": _blank_separated,
    "FROM": _blank_separated,
    "HEALTHCHECK": _health,
    "LABEL": _name_value,
    "RUN": _json_or_whole,
    "SHELL": _json_or_whole,
    "VOLUME": _json_or_words,
}
KEYWORDS = frozenset((*_READERS, "MAINTAINER", "ONBUILD", "STOPSIGNAL", "USER", "WORKDIR"))


def _heredocs(instruction: Instruction, rows: list[str], at: int) -> tuple[tuple[Heredoc, ...], int]:
    """The here-documents that an instruction announces, and the row after the last of them."""
    target = instruction.trigger or instruction
    if target.keyword not in ("ADD", "COPY", "RUN") or target.json or "<<" not in target.text:
        return (), at
    found = []
    for name, expands, chomp in _announced(target.text):
        begin = at
        while True:
            if at >= len(rows) or (at == len(rows) - 1 and not rows[at]):
                raise ValueError(f"line {instruction.line}: here-document {name} never ends")
            row = rows[at].rstrip("\r")
            at += 1
            if (row.lstrip("\t") if chomp else row) == name:
                break
        content = "".join(f"{row}\n" for row in rows[begin : at - 1])
        found.append(Heredoc(name, content, begin + 1, expands, chomp))
    return tuple(found), at


def _announced(text: str) -> Iterator[tuple[str, bool, bool]]:
    try:
        raw = split(text, keep_unset=True, raw=True)
    except ValueError:
        return
    words = iter(raw)
    for word in words:
        if re.fullmatch(r"\d*<<-?", word):
            word += next(words, "")
        match = _HEREDOC.match(word)
        if not match or not match[3]:
            continue
        try:
            name = expand(match[3], keep_unset=True)
        except ValueError:
            continue
        if name and not any(char.isspace() for char in name):
            yield name, not any(mark in match[3] for mark in "'\"\\"), match[2] == "-"
