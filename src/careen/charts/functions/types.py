"""Functions of types, conditions and failures."""

from typing import Any

from careen.charts.template import TemplateError
from careen.charts.template.compare import is_true
from careen.charts.template.objects import Object

from .arguments import typed

_KINDS = ((bool, "bool", "bool"), (int, "int", "int"), (float, "float64", "float64"), (str, "string", "string"),
          (dict, "map", "map[string]interface {}"), (list, "slice", "[]interface {}"), (bytes, "slice", "[]uint8"))  # fmt: skip


def _kind(value: Any) -> str:
    return next(
        (kind for sort, kind, _ in _KINDS if isinstance(value, sort)), "struct" if isinstance(value, Object) else "invalid"
    )


def _type(value: Any) -> str:
    return next((name for sort, _, name in _KINDS if isinstance(value, sort)), "<nil>")


def _default(fallback: Any, *given: Any) -> Any:
    return given[0] if given and is_true(given[0]) else fallback


def _coalesce(*values: Any) -> Any:
    return next((value for value in values if is_true(value)), None)


def _fail(message: str) -> str:
    raise TemplateError(f"the chart calls fail: {message}")


FUNCTIONS = {
    "all": lambda *values: all(map(is_true, values)),
    "any": lambda *values: any(map(is_true, values)),
    "coalesce": _coalesce,
    "deepEqual": lambda left, right: left == right and type(left) is type(right),
    "default": _default,
    "empty": lambda value: not is_true(value),
    "fail": typed("s", _fail),
    "hello": lambda: "Hello!",
    "kindIs": typed("sa", lambda kind, value: _kind(value) == kind),
    "kindOf": _kind,
    "ternary": typed("aab", lambda yes, no, chosen: yes if chosen else no),
    "typeIs": typed("sa", lambda name, value: _type(value) == name),
    "typeIsLike": typed("sa", lambda name, value: _type(value) in (name, "*" + name)),
    "typeOf": _type,
}
