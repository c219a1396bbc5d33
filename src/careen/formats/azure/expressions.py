"""Expressions of ARM templates and Bicep, and their values.

A value that only a deployment gives, such as a parameter without a default or a property of another resource, is unknown
(``UnknownValue``); a text with such a part keeps the rest. Both languages have the same functions.
**Source:** Azure Resource Manager, "ARM template functions"; Bicep, "Functions", "Operators".
"""

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from careen.errors import FileLimitError
from careen.formats.data.yaml_document import Mapping, Sequence, as_text, put
from careen.formats.terraform.values import UnknownValue, nodes, unknown

MAX_STEPS = 1_000_000  # of all expressions of a file
MAX_TEXT = 64 * 1024
MAX_SHOWN = 80  # characters of a reference
MAX_DEPTH = 100


class Literal(Struct, frozen=True):
    value: Any


class Text(Struct, frozen=True):
    """A text with expressions in it."""

    parts: tuple["Node", ...]


class Name(Struct, frozen=True):
    """A parameter, a variable or a resource."""

    name: str


class Call(Struct, frozen=True):
    name: str
    arguments: tuple["Node", ...]


class Member(Struct, frozen=True):
    """A property or an item of a value."""

    of: "Node"
    key: "Node"


class Choice(Struct, frozen=True):
    condition: "Node"
    then: "Node"
    otherwise: "Node"


class Object(Struct, frozen=True):
    entries: tuple[tuple["Node", "Node", int], ...]  # key, value and line
    line: int


class Array(Struct, frozen=True):
    items: tuple[tuple["Node", int], ...]
    line: int


class Strange(Struct, frozen=True):
    """What is not evaluated, such as a loop."""

    shown: str


Node = Literal | Text | Name | Call | Member | Choice | Object | Array | Strange
Lookup = Callable[[str], Any]  # the value of a name; raises KeyError if there is none


class Evaluator:
    """Gives the values of expressions. ``lookup`` gives those of names."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self._left = MAX_STEPS
        self._depth = 0

    def value(self, node: Node) -> Any:
        self.spend(1)
        if self._depth > MAX_DEPTH:
            return unknown("…")
        self._depth += 1
        try:
            return self._value(node)
        finally:
            self._depth -= 1

    def spend(self, steps: int) -> None:
        self._left -= steps
        if self._left < 0:
            raise FileLimitError(f"over {MAX_STEPS} steps in expressions")

    def _value(self, node: Node) -> Any:
        match node:
            case Literal(value):
                return value
            case Text(parts):
                return self._joined([self.value(part) for part in parts])
            case Name(name):
                try:
                    return self._lookup(name)
                except KeyError:
                    return unknown(name[:MAX_SHOWN], name)
            case Member(of, key):
                return self._member(self.value(of), self.value(key), of)
            case Choice(condition, then, otherwise):
                decided = self.value(condition)
                return self.value(then if decided else otherwise) if isinstance(decided, bool) else unknown("a condition")
            case Call(name, arguments):
                return self._call(name.lower(), [self.value(argument) for argument in arguments])
            case Object(entries, line):
                made = Mapping(line)
                for key, item, at in entries:
                    put(made, as_text(self.value(key)), self.value(item), at)
                return made
            case Array(items, line):
                row = Sequence(line)
                for item, at in items:
                    row.append(self.value(item))
                    row.lines.append(at)
                return row
            case Strange(shown):
                return unknown(shown[:MAX_SHOWN])

    def _member(self, of: Any, key: Any, node: Node) -> Any:
        if isinstance(of, UnknownValue):
            shown = f"{of.rests_on}.{as_text(key)}" if of.whole else of.rests_on
            return unknown(shown[:MAX_SHOWN], of.owner)
        if isinstance(of, Mapping) and isinstance(key, str):
            found = next((name for name in of if name.lower() == key.lower()), None)
            return of[found] if found is not None else None
        if isinstance(of, Sequence) and isinstance(key, int) and 0 <= key < len(of):
            return of[key]
        return None

    def _joined(self, values: list[Any]) -> Any:
        self.spend(len(values))
        missing = next((value for value in values if isinstance(value, UnknownValue)), None)
        if any(isinstance(value, Mapping | Sequence) for value in values):
            return missing if missing is not None else unknown("a text of a list")
        text = "".join(map(_as_text, values))
        if len(text) > MAX_TEXT:
            raise FileLimitError(f"a text of over {MAX_TEXT >> 10} KiB")
        self.spend(len(text) >> 6)
        return unknown(missing.rests_on, missing.owner, text) if missing is not None else text

    def _call(self, name: str, given: list[Any]) -> Any:
        function = _FUNCTIONS.get(name)
        if name == "concat" and any(isinstance(value, Sequence) for value in given):
            return unknown("concat")
        if name in ("concat", "string") and given:
            return self._joined(given)
        if name == "format" and given and isinstance(given[0], str):
            return self._formatted(given[0], given[1:])
        missing = next((part for value in given if (part := self._unknown_in(value)) is not None), None)
        if function is None or missing is not None:
            owner = missing.owner if missing is not None else ""
            return unknown(missing.rests_on if missing is not None else name[:MAX_SHOWN], owner)
        try:
            return function(*given)
        except (TypeError, ValueError, AttributeError):
            return unknown(name[:MAX_SHOWN])

    def _unknown_in(self, value: Any) -> UnknownValue | None:
        for part in nodes(value):
            self.spend(1)
            if isinstance(part, UnknownValue):
                return part
        return None

    def _formatted(self, text: str, given: list[Any]) -> Any:
        parts: list[Any] = []
        for at, piece in enumerate(text.split("{")):
            number, closing, rest = piece.partition("}")
            if at and closing and number.isdecimal() and int(number[:4]) < len(given):
                parts += [given[int(number[:4])], rest]
            else:
                parts.append("{" * bool(at) + piece)
        return self._joined(parts)


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return "True" if value else "False"
    return as_text(value)


def _number(value: Any) -> int:
    return int(str(value)[:20])


def _same(left: Any, right: Any) -> bool:
    return bool(left == right and isinstance(left, bool) is isinstance(right, bool))


def _first(value: Any) -> Any:
    return value[0] if value else None


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "and": lambda *values: all(value is True for value in values),
    "bool": lambda value: value is True or str(value).lower() in ("true", "1"),
    "coalesce": lambda *values: next((value for value in values if value is not None), None),
    "empty": lambda value: not value and not isinstance(value, bool | int),
    "equals": _same,
    "false": lambda: False,
    "first": _first,
    "int": _number,
    "length": len,
    "not": lambda value: value is not True,
    "null": lambda: None,
    "or": lambda *values: any(value is True for value in values),
    "replace": lambda text, old, new: text.replace(old, new) if len(text) * len(new) < MAX_TEXT else unknown("replace"),
    "tolower": lambda text: text.lower(),
    "toupper": lambda text: text.upper(),
    "trim": lambda text: text.strip(),
    "true": lambda: True,
}
