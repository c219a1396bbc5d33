"""A protocol buffer in its text format as fields with their lines. It does not interpret the fields.

Raises: ValueError for other data, and over a limit of size, depth or fields.
**Source:** Protocol Buffers, "Text Format Language Specification".
"""

from collections.abc import Iterator

from msgspec import Struct

from careen.safety.pattern import pattern

MAX_BYTES, MAX_DEPTH, MAX_FIELDS = 64 << 20, 64, 1_000_000
_TOKEN = pattern(
    r"""[ \t\r\v\f\n]+|\#[^\n]*+"""  # what separates
    r"""|("(?:[^"\\\n]|\\.)*+"|'(?:[^'\\\n]|\\.)*+'|[A-Za-z_]\w*+|[-+]?\.?\d[\w.]*+(?:(?<=[eE])[-+]\d++)?|[{}<>\[\]:;,/.-])"""
)
_ENDS = {"{": "}", "<": ">"}


class Field(Struct):
    """One field. ``value`` is the text of a scalar as it is written, or the fields of a message."""

    name: str
    value: "str | list[Field]"
    line: int


def fields(data: bytes) -> list[Field]:
    if len(data) > MAX_BYTES:
        raise ValueError(f"over {MAX_BYTES >> 20} MiB")
    return _Parser(data.decode("utf-8")).message("")


class _Parser:
    def __init__(self, text: str) -> None:
        self._words = _tokens(text)
        self._depth = self._count = 0
        self._advance()

    def message(self, end: str) -> list[Field]:
        found: list[Field] = []
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ValueError(f"line {self._line}: nested more than {MAX_DEPTH} deep")
        while self._word != end:
            found += self._field()
            if self._word in (",", ";"):
                self._advance()
        self._depth -= 1
        return found

    def _field(self) -> list[Field]:
        name, line = self._name(), self._line
        has_colon = self._word == ":"
        if has_colon:
            self._advance()
        if self._word != "[":
            return [self._one(name, line, has_colon)]
        found: list[Field] = []
        self._advance()
        while self._word != "]":
            if found:
                self._expect(",")
            found.append(self._one(name, self._line, has_colon))
        self._advance()
        return found

    def _one(self, name: str, line: int, has_colon: bool) -> Field:
        self._count += 1
        if self._count > MAX_FIELDS:
            raise ValueError(f"more than {MAX_FIELDS} fields")
        if end := _ENDS.get(self._word):
            self._advance()
            inner = self.message(end)
            self._advance()
            return Field(name, inner, line)
        if not has_colon:
            raise ValueError(f"line {line}: {name!r} has no value")
        return Field(name, self._scalar(), line)

    def _scalar(self) -> str:
        value = self._word
        if value == "-":  # before a name: -inf
            self._advance()
            value += self._word
        if not value or value[-1] in "{}<>[]:;,/":
            raise ValueError(f"line {self._line}: a value is expected, not {value[:40]!r}")
        self._advance()
        while value[0] in "\"'" and self._word[:1] in ('"', "'"):  # strings that follow each other are one
            value = value[:-1] + self._word[1:-1] + value[0]
            self._advance()
        return value

    def _name(self) -> str:
        name = self._word
        if not (name[:1].isalpha() or name[:1] == "_"):
            raise ValueError(f"line {self._line}: a field is expected, not {name[:40]!r}")
        self._advance()
        return name

    def _expect(self, token: str) -> None:
        if self._word != token:
            raise ValueError(f"line {self._line}: {token!r} is expected, not {self._word[:40]!r}")
        self._advance()

    def _advance(self) -> None:
        self._word, self._line = next(self._words)


def _tokens(text: str) -> Iterator[tuple[str, int]]:
    """(token, line) of each token, and then "" without end."""
    at, line = 0, 1
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise ValueError(f"line {line}: {text[at : at + 20]!r} is not part of the text format")
        if match[1] is not None:
            yield match[1], line
        line += match[0].count("\n")
        at = match.end()
    while True:
        yield "", line
