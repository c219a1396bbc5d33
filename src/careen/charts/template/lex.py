"""Splits a template into text and actions, and an action into tokens.

**Source:** Go, package text/template, "Text and spaces", "Actions"; Go specification, literals.
"""

import json
import re
from collections.abc import Iterator
from typing import NamedTuple

from .errors import TemplateError

_COMMENT = re.compile(r"\{\{(- )?/\*.*?\*/( -)?\}\}".replace(" ", r"[ \t\r\n]"), re.DOTALL)
_SPACES = " \t\r\n"
_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]+)
      |(?P<string>"(?:[^"\\\n]|\\.)*")
      |(?P<raw>`[^`]*`)
      |(?P<char>'(?:[^'\\\n]|\\.[^']*)')
      |(?P<field>\.[^\W\d]\w*)
      |(?P<variable>\$\w*)
      |(?P<number>[+-]?(?:0[xX][0-9a-fA-F_]+|0[oObB]?[0-7_]+(?![.eE\w])|(?:[0-9][0-9_]*\.?[0-9_]*|\.[0-9][0-9_]*)(?:[eE][+-]?[0-9]+)?))
      |(?P<word>[^\W\d]\w*)
      |(?P<mark>:=|[.()|,=])""",
    re.VERBOSE,
)
_ESCAPE = re.compile(r"\\(?:([abfnrtv\\'\"])|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3}))|\\")
_ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\", "'": "'", '"': '"'}


class Token(NamedTuple):
    kind: str  # string, number, field, variable, word, mark
    text: str
    line: int
    spaced: bool  # a space precedes it


class Part(NamedTuple):
    """Text, or an action with its tokens. ``tokens`` None: text."""

    text: str
    tokens: list[Token] | None
    line: int


def parts_of(source: str) -> Iterator[Part]:
    """Text and actions in order. Comments, and spaces that an action trims, are left out."""
    at, line, trims = 0, 1, False
    while True:
        start = source.find("{{", at)
        text = source[at:] if start < 0 else source[at:start]
        first = line
        if trims:
            kept = text.lstrip(_SPACES)
            first += text.count("\n", 0, len(text) - len(kept))
            shown = kept
        else:
            shown = text
        if start < 0:
            if shown:
                yield Part(shown, None, first)
            return
        line += text.count("\n")
        trims_left = source.startswith("{{-", start) and source[start + 3 : start + 4] in tuple(_SPACES)
        if trims_left:
            shown = shown.rstrip(_SPACES)
        if shown:
            yield Part(shown, None, first)
        comment = _COMMENT.match(source, start)
        if comment:
            at, trims = comment.end(), bool(comment[2])
        else:
            tokens, at, trims = _tokens(source, start + (3 if trims_left else 2), line)
            yield Part("", tokens, line)
        line += source.count("\n", start, at)


def _tokens(source: str, at: int, line: int) -> tuple[list[Token], int, bool]:
    """The tokens of an action, the position at which the text after it begins, and whether it trims this text."""
    tokens: list[Token] = []
    spaced = True
    while True:
        if source.startswith("}}", at):
            return tokens, at + 2, False
        if source.startswith("-}}", at) and spaced:
            return tokens, at + 3, True
        match = _TOKEN.match(source, at)
        if match is None:
            if at >= len(source):
                raise TemplateError("an action is not closed", line=line)
            raise TemplateError(f"unexpected {source[at]!r} in an action", line=line)
        kind = match.lastgroup or ""
        if kind != "space":
            tokens.append(Token(kind, match[0], line, spaced))
        spaced = kind == "space"
        line += match[0].count("\n")
        at = match.end()


def text_of(token: Token) -> str:
    """The value of a string or character literal."""
    if token.kind == "raw":
        return token.text[1:-1].replace("\r", "")

    def replaced(match: re.Match[str]) -> str:
        if match[1]:
            return _ESCAPES[match[1]]
        digits = match[2] or match[3] or match[4]
        number = int(digits, 16) if digits else int(match[5], 8) if match[5] else -1
        if not 0 <= number < 0x110000:
            raise TemplateError(f"a wrong escape in {token.text[:40]}", line=token.line)
        return chr(number)

    return _ESCAPE.sub(replaced, token.text[1:-1])


def number_of(text: str) -> int | float:
    """The value of a number literal. Raises ValueError."""
    plain = text.replace("_", "")
    digits = plain.lstrip("+-").lower()
    if digits.startswith(("0x", "0o", "0b")):
        return int(plain, 0)
    if digits.isdigit():
        return int(plain, 8) if digits.startswith("0") and len(digits) > 1 else int(plain)
    return float(plain)


def quoted(text: str) -> str:
    """A text as a string literal of Go (``%q``)."""
    return json.dumps(text, ensure_ascii=False)
