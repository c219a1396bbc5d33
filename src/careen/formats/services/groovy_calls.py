"""The arguments of a call in Groovy -> a mapping with lines: ``f(a: 'x', b: [g(c: true)])``, ``f { a 'x' }``.

A call within is a mapping, with its name under ``CALL``. An expression is not evaluated: it becomes a reference
(``${expression}``). What is not named is left out, but for the items of lists.
Raises: FileLimitError if calls are nested too deep.
**Source:** Groovy language documentation, "Named parameters", "Lists", "Maps".
"""

import re
from collections.abc import Iterator
from typing import Any

from careen.errors import FileLimitError
from careen.formats.data.yaml_document import Mapping, Sequence, put
from careen.safety.pattern import pattern

from .groovy_text import TEXT, Literals

CALL = "()"  # no name of an argument
MAX_DEPTH = 50
MAX_EXPRESSION = 80  # characters that a reference keeps
_TOKEN = pattern(rf"{TEXT}|(?P<word>[A-Za-z_$][\w$]*+(?:\.[A-Za-z_$][\w$]*+)*+)|(?P<number>\d++)(?![\w.])|(?P<other>\S)")
_NOT_SHOWN = pattern(r"\x00\d*+\x00?|[{}]")
_WORDS = {"true": True, "false": False, "null": None}
_CLOSING = {"(": ")", "[": "]", "{": "}"}
_ENDS = (",", ";", *_CLOSING.values())

_Token = re.Match[str]


def arguments(found: Literals, at: int) -> tuple[Mapping, int]:
    """The named arguments of the call whose bracket opens at this place, and the place behind it."""
    reader = _Reader(found, at)
    opening = reader.next()
    made = Mapping(found.line(at))
    if opening is not None:
        reader.entries(made, _CLOSING.get(opening[0], ")"), 0)
    return made, reader.at


class _Reader:
    def __init__(self, found: Literals, at: int) -> None:
        self._found = found
        self._tokens: Iterator[_Token] = _TOKEN.finditer(found.code, at)
        self._ahead: list[_Token] = []
        self.at = at

    def next(self) -> _Token | None:
        token = self._ahead.pop() if self._ahead else next(self._tokens, None)
        self.at = token.end() if token else len(self._found.code)
        return token

    def _peek(self) -> _Token | None:
        if not self._ahead and (token := next(self._tokens, None)):
            self._ahead.append(token)
        return self._ahead[0] if self._ahead else None

    def _sees(self, text: str) -> bool:
        token = self._peek()
        return token is not None and token[0] == text

    def entries(self, named: Mapping, end: str, depth: int) -> Sequence:
        """Reads to the closing bracket: the named entries, and those without a name."""
        if depth > MAX_DEPTH:
            raise FileLimitError(f"calls nested over {MAX_DEPTH} deep")
        unnamed = Sequence(named.line)
        while (token := self.next()) is not None and token[0] != end:
            if token[0] in _ENDS:
                continue
            line = self._found.line(token.start())
            key = token["word"] or self._text(token)
            if key and self._sees(":"):
                self.next()
                value = self.next()
                put(named, key, self._value(value, depth) if value else None, line)
            elif key and end == "}":
                self._statement(named, key, line, depth)
            else:
                unnamed.append(self._value(token, depth))
                unnamed.lines.append(line)
        return unnamed

    def _statement(self, named: Mapping, key: str, line: int, depth: int) -> None:
        """Reads a call without a bracket: ``name 'x'``, or one of a block: ``name { … }``. It ends with its line."""
        follows = self._peek()
        if follows is None or follows[0] in _ENDS or self._found.line(follows.start()) != line:
            return
        self.next()
        if follows[0] in ("{", "("):
            made = Mapping(line)
            items = self.entries(made, _CLOSING[follows[0]], depth + 1)
            put(named, key, made if made or not items else items[0], line)
        elif self._found.text(follows[1]) or follows["number"] or follows[0] in _WORDS:
            put(named, key, self._simple(follows, depth), line)
        else:
            put(named, key, f"${{{self._rest(follows)}}}", line)

    def _rest(self, token: _Token) -> str:
        """The rest of a line, which is an expression."""
        start, line = token.start(), self._found.line(token.start())
        while (follows := self._peek()) is not None and follows[0] != "}" and self._found.line(follows.start()) == line:
            self.next()
        return self._expression(start)

    def _text(self, token: _Token) -> str:
        text = self._found.text(token[1])
        return text.value if text else ""

    def _value(self, token: _Token, depth: int) -> Any:
        start = token.start()
        value: Any = self._simple(token, depth)
        follows = self._peek()
        if value is not token and (follows is None or follows[0] in _ENDS):
            return value
        while (follows := self._peek()) is not None and follows[0] not in _ENDS:
            self.next()
            if follows[0] in _CLOSING:
                self.entries(Mapping(), _CLOSING[follows[0]], depth + 1)
        return f"${{{self._expression(start)}}}"

    def _expression(self, start: int) -> str:
        written = self._found.code[start : min(self.at, start + MAX_EXPRESSION)]
        return " ".join(_NOT_SHOWN.sub(" ", written).split())

    def _simple(self, token: _Token, depth: int) -> Any:
        """The value that a token begins; the token itself if it begins an expression."""
        text, line = self._found.text(token[1]), self._found.line(token.start())
        if text is not None:
            return text.value
        if token["number"]:
            return int(token["number"][:18])
        if token[0] in _WORDS:
            return _WORDS[token[0]]
        if token[0] == "[":
            made = Mapping(line)
            items = self.entries(made, "]", depth + 1)
            return items if items or not made else made
        if token["word"] and self._sees("("):
            self.next()
            made = Mapping(line)
            put(made, CALL, token["word"].rpartition(".")[2], line)
            self.entries(made, ")", depth + 1)
            made.end_line = self._found.line(self.at - 1)
            return made
        if token[0] in _CLOSING:
            self.entries(Mapping(), _CLOSING[token[0]], depth + 1)
        return token
