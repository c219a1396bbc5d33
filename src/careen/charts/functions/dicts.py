"""Functions of maps. ``set``, ``unset`` and ``merge`` change their first map, as in Sprig."""

from typing import Any

from careen.charts.template import TemplateError
from careen.charts.template.compare import is_true

from .arguments import as_text, few, typed

MAX_DEPTH = 100


def _dict(*values: Any) -> dict[str, Any]:
    keys = map(as_text, values[::2])
    return {key: values[2 * number + 1] if 2 * number + 1 < len(values) else "" for number, key in enumerate(keys)}


def _set(target: dict[str, Any], key: str, value: Any) -> dict[str, Any]:
    few(len(target))
    target[key] = value
    return target


def _unset(target: dict[str, Any], key: str) -> dict[str, Any]:
    target.pop(key, None)
    return target


def _dig(*values: Any) -> Any:
    if len(values) < 3:
        raise TemplateError("dig needs at least three arguments")
    *keys, fallback, here = values
    for key in keys:
        if not isinstance(here, dict):
            raise TemplateError("dig: a value on the way is not a map")
        if key not in here:
            return fallback
        here = here[key]
    return here


def _merge(target: dict[str, Any], *others: dict[str, Any]) -> dict[str, Any]:
    """The target with keys of the other maps added; keys that it has keep their values."""
    for other in others:
        _fill(target, other, False, 0)
    return target


def _merge_overwrite(target: dict[str, Any], *others: dict[str, Any]) -> dict[str, Any]:
    for other in others:
        _fill(target, other, True, 0)
    return target


def _fill(target: dict[str, Any], other: dict[str, Any], overwrites: bool, depth: int) -> None:
    if depth > MAX_DEPTH or target is other:
        return
    for key, value in other.items():
        mine = target.get(key)
        if isinstance(mine, dict) and isinstance(value, dict):
            _fill(mine, value, overwrites, depth + 1)
        elif overwrites or key not in target or not is_true(mine):
            target[key] = value


def deep_copy(value: Any, depth: int = 0) -> Any:
    if depth > MAX_DEPTH:
        raise TemplateError("a value is nested too deeply")
    if isinstance(value, dict):
        return {key: deep_copy(item, depth + 1) for key, item in value.items()}
    return [deep_copy(item, depth + 1) for item in value] if isinstance(value, list) else value


def _keys(*values: dict[str, Any]) -> list[str]:
    return [key for value in values for key in sorted(value)]


def _omit(value: dict[str, Any], *left_out: str) -> dict[str, Any]:
    return {key: item for key, item in value.items() if key not in left_out}


FUNCTIONS = {
    "deepCopy": deep_copy,
    "dict": _dict,
    "dig": _dig,
    "get": typed("ms", lambda value, key: value.get(key, "")),
    "hasKey": typed("ms", lambda value, key: key in value),
    "keys": typed("m*", _keys),
    "merge": typed("mm*", _merge),
    "mergeOverwrite": typed("mm*", _merge_overwrite),
    "mustDeepCopy": deep_copy,
    "mustMerge": typed("mm*", _merge),
    "mustMergeOverwrite": typed("mm*", _merge_overwrite),
    "omit": typed("ms*", _omit),
    "pick": typed("ms*", lambda value, *keys: {key: value[key] for key in keys if key in value}),
    "pluck": typed("sm*", lambda key, *values: [value[key] for value in values if key in value]),
    "set": typed("msa", _set),
    "unset": typed("ms", _unset),
    "values": typed("m", lambda value: [value[key] for key in sorted(value)]),
}
