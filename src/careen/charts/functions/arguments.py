"""Checks arguments as Go does: a function that wants a string does not take a number."""

from collections.abc import Callable
from typing import Any

from careen.charts.template import TemplateError
from careen.charts.template.printing import shown

MAX_CHARACTERS = 4 << 20  # of one value
MAX_ITEMS = 100_000
_NAMES = {"s": "string", "i": "int", "f": "float64", "l": "list", "m": "map", "b": "bool"}
_TYPES: dict[str, type | tuple[type, ...]] = {
    "s": str, "i": int, "f": float, "l": list, "m": dict, "b": bool, "a": object,
}  # fmt: skip


def typed(kinds: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """Wraps a function so that it checks the types of its arguments.

    ``kinds`` has a letter for each argument: s string, i int, f float64, l list, m map, b bool, a anything. If a star
    follows the last letter, it applies to all further arguments.
    """
    repeats = kinds.endswith("*")
    letters = kinds.rstrip("*")
    least = len(letters) - 1 if repeats else len(letters)

    def called(*values: Any) -> Any:
        if len(values) < least or (len(values) > least and not repeats):
            raise TemplateError(f"wrong number of arguments: {len(values)}")
        for number, value in enumerate(values):
            letter = letters[min(number, len(letters) - 1)]
            wanted = _TYPES[letter]
            if not isinstance(value, wanted) or (letter == "i" and isinstance(value, bool)):
                raise TemplateError(f"wrong type for value; expected {_NAMES[letter]}")
        return function(*values)

    return called


def bounded(text: str) -> str:
    if len(text) > MAX_CHARACTERS:
        raise TemplateError("a text is too long")
    return text


def few(count: int) -> int:
    if count > MAX_ITEMS:
        raise TemplateError("a list is too long")
    return count


def as_text(value: Any) -> str:
    """The value as text, like Sprig's ``strval``."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else shown(value)


def as_list(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    raise TemplateError("a list is expected")
