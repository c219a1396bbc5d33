"""The instructions of a Dockerfile, each with its lines, flags, words, heredocs and the comments above it.

Continued lines are joined into one text; an offset in it leads back to the line. Nothing is interpreted: words keep their
quotes and variables.
Raises: ValueError that names the line if the text is not a Dockerfile.
**Source:** Dockerfile reference ("Format", "Parser directives", "Here-documents", "Shell and exec form").
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate

from msgspec import Struct

from careen.errors import FileLimitError

from .arguments import divided
from .words import expand, split

MAX_BYTES = 4 * 1024 * 1024
MAX_LINES = 50_000
_DIRECTIVE = re.compile(r"#[ \t]*([A-Za-z][A-Za-z0-9]*)[ \t]*=[ \t]*([^ \t].*)$")  # of a row without blanks at its end
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
    """One instruction. ``text`` follows the keyword and the flags; ``words`` is that text as the instruction divides
    it."""

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
    empty_continuation: int | None = None  # the first empty line within a continued line
    starts: tuple[int, ...] = ()  # offsets in ``text`` at which a line of the file begins …
    lines: tuple[int, ...] = ()  # … and which one

    def line_at(self, offset: int) -> int:
        """The line of the file that holds the character of ``text`` at ``offset``."""
        index = bisect_right(self.starts, offset) - 1
        return self.lines[index] if index >= 0 else self.line

    def flag(self, name: str) -> str | None:
        """The value of ``--name=value``, "" for ``--name``; None without the flag. The last one counts."""
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
        raise FileLimitError(f"larger than {MAX_BYTES} bytes")
    rows = text.removeprefix("\ufeff").split("\n")
    if len(rows) > MAX_LINES:
        raise FileLimitError(f"more than {MAX_LINES} lines")
    directives = _directives(rows)
    escape = directives.get("escape", "\\")
    if escape not in ("\\", "`"):
        raise ValueError(f"line 1: invalid escape {escape!r}: use \\ or `")
    comments: list[Comment] = []
    instructions = tuple(_instructions(rows, escape, comments))
    if not instructions:
        raise ValueError("no instruction in this file")
    return Parsed(instructions, directives, tuple(comments), escape)


def _directives(rows: list[str]) -> dict[str, str]:
    """The parser directives by name. They are at the very top; the first line that is not a directive ends them."""
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
    """Yields the instructions of the file, and appends all its comments to ``comments``."""
    mark = re.escape(escape)
    continued = re.compile(rf"(?:(?<=[^{mark}])|^){mark}[ \t]*$")
    at = 0
    above: list[Comment] = []
    while at < len(rows):
        row = rows[at].rstrip("\r").lstrip()
        if row.startswith("#"):
            above.append(Comment(row[1:].strip(), at + 1))
            comments.append(above[-1])
            at += 1
            continue
        if not row:
            above = []
            at += 1
            continue
        first = at
        joined, at = _join_lines(rows, at, continued, comments)
        if not any(part.strip() for part in joined.parts):
            continue
        starts = [0, *accumulate(map(len, joined.parts[:-1]))]
        instruction = _instruction("".join(joined.parts), starts, joined.numbers, escape, first + 1)
        heredocs, at = _heredocs(instruction, rows, at)
        yield _completed(instruction, heredocs, tuple(above), joined.empty, at)
        above = []


class _Joined(Struct):
    """A line and the lines that continue it, without the escape characters."""

    parts: list[str]
    numbers: list[int]  # the line of the file of each part
    empty: int | None = None  # the first empty line between


def _join_lines(rows: list[str], at: int, continued: re.Pattern[str], comments: list[Comment]) -> tuple[_Joined, int]:
    """The continued line that begins at row ``at``, and the row after it."""
    joined = _Joined([], [])
    row = rows[at].rstrip("\r").lstrip()
    at += 1
    while True:
        more = continued.search(row)
        joined.parts.append(row[: more.start()] if more else row)
        joined.numbers.append(at)
        if not more:
            return joined, at
        while at < len(rows):  # comments and empty lines do not end it
            row = rows[at].rstrip("\r")
            at += 1
            bare = row.lstrip()
            if bare.startswith("#"):
                comments.append(Comment(bare[1:].strip(), at))
            elif bare:
                break
            elif at < len(rows):  # what follows the last line break is not a line
                joined.empty = joined.empty or at
        else:
            return joined, at


def _completed(
    instruction: Instruction, heredocs: tuple[Heredoc, ...], above: tuple[Comment, ...], empty: int | None, end: int
) -> Instruction:
    last = max(instruction.lines[-1] if instruction.lines else instruction.line, end if heredocs else 0)
    trigger = instruction.trigger
    if trigger is not None:
        trigger = _completed(trigger, heredocs, above, empty, end)
    return Instruction(
        instruction.keyword,
        instruction.written,
        instruction.flags,
        instruction.text,
        instruction.words,
        instruction.line,
        last,
        instruction.json,
        instruction.pairs,
        heredocs,
        above,
        trigger,
        empty,
        instruction.starts,
        instruction.lines,
    )


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
                raise ValueError("ONBUILD is nested too deeply")
            trigger = _instruction(rest, list(shifted), numbers, escape, line, depth + 1)
        words, is_json, pairs = divided(keyword, rest, escape)
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
    """The leading words that begin with ``--``, quotes resolved, and the position at which the rest begins; ``--``
    alone ends them."""
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


def _heredocs(instruction: Instruction, rows: list[str], at: int) -> tuple[tuple[Heredoc, ...], int]:
    """The here-documents of an instruction, and the row after the last of them."""
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
