"""Comparisons of values: whether one is true, equal or less; and the items of a value by index.

**Source:** Go, package text/template, "Functions".
"""

from collections.abc import Callable
from typing import Any

from .errors import TemplateError
from .objects import Object


def is_true(value: Any) -> bool:
    """Whether a value counts as true: 0, "", nil, and an empty map or list are false."""
    return True if isinstance(value, Object) else bool(value)


def kind_of(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int):
        return "int"
    if isinstance(value, float):
        return "float"
    if isinstance(value, str):
        return "string"
    return "nil" if value is None else "other"


def equal(first: Any, *others: Any) -> bool:
    """Whether the first equals one of the others."""
    if not others:
        raise TemplateError("eq: a value to compare with is missing")
    return any(_equal(first, other) for other in others)


def _equal(first: Any, other: Any) -> bool:
    kinds = kind_of(first), kind_of(other)
    if kinds[0] == kinds[1]:
        if kinds[0] == "other":
            raise TemplateError("non-comparable types are compared")
        return bool(first == other)
    if "nil" in kinds:
        return False
    raise TemplateError(f"incompatible types for comparison: {kinds[0]} and {kinds[1]}")


def less(first: Any, other: Any) -> bool:
    kinds = kind_of(first), kind_of(other)
    if kinds[0] != kinds[1] or kinds[0] not in ("int", "float", "string"):
        raise TemplateError(f"incompatible types for comparison: {kinds[0]} and {kinds[1]}")
    return bool(first < other)


def index(value: Any, *keys: Any) -> Any:
    for key in keys:
        if isinstance(value, dict):
            if not isinstance(key, str):
                raise TemplateError("index of a map is not a string")
            value = value.get(key)
        elif isinstance(value, list | str | bytes):
            place = _place(key, len(value), "index")
            if place >= len(value):
                raise TemplateError(f"index out of range: {place}")
            value = (
                value[place] if isinstance(value, list) else value.encode()[place] if isinstance(value, str) else value[place]
            )
        elif value is None:
            raise TemplateError("index of untyped nil")
        else:
            raise TemplateError(f"index of a {kind_of(value)}")
    return value


def cut(value: Any, *places: Any) -> Any:
    """The part of a list or text between two places, as the template function ``slice`` gives it. Raises
    TemplateError for other values."""
    if not isinstance(value, list | str):
        raise TemplateError(f"a {kind_of(value)} cannot be sliced")
    bounds = [_place(place, len(value), "slice") for place in places[:2]]
    return value[slice(*(bounds + [len(value)] * (2 - len(bounds))))] if bounds else value


def length(value: Any) -> int:
    if isinstance(value, str):
        return len(value.encode())
    if isinstance(value, dict | list | bytes):
        return len(value)
    raise TemplateError(f"len of a {kind_of(value)}")


def _place(key: Any, size: int, what: str) -> int:
    if not isinstance(key, int) or isinstance(key, bool):
        raise TemplateError(f"{what}: {kind_of(key)} is not an index")
    if not 0 <= key <= size:
        raise TemplateError(f"{what} out of range: {key}")
    return key


BUILTINS: dict[str, Callable[..., Any]] = {
    "eq": equal,
    "ne": lambda first, other: not _equal(first, other),
    "lt": less,
    "le": lambda first, other: less(first, other) or _equal(first, other),
    "gt": lambda first, other: not less(first, other) and not _equal(first, other),
    "ge": lambda first, other: not less(first, other),
    "not": lambda value: not is_true(value),
    "index": index,
    "slice": cut,
    "len": length,
}
