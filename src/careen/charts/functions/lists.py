"""Functions of lists."""

import json
from typing import Any

from careen.charts.template import TemplateError
from careen.charts.template.compare import is_true
from careen.charts.template.printing import shown

from .arguments import MAX_CHARACTERS, as_list, as_text, bounded, few, typed


def _slice(value: Any, *places: Any) -> list[Any]:
    items = as_list(value)
    start = int(places[0]) if places else 0
    end = int(places[1]) if len(places) > 1 else len(items)
    if not 0 <= start <= end <= len(items):
        raise TemplateError("slice out of range")
    return items[start:end]


def _until_step(start: int, stop: int, step: int) -> list[int]:
    if step == 0 or (stop < start) != (step < 0):
        return []
    few(abs(stop - start) // abs(step))
    return list(range(start, stop, step))


def _until(count: int) -> list[int]:
    return _until_step(0, count, 1 if count >= 0 else -1)


def _seq(*bounds: int) -> str:
    if len(bounds) == 1:
        start, step, end = 1, 1 if bounds[0] >= 1 else -1, bounds[0]
    elif len(bounds) == 2:
        start, end = bounds
        step = 1 if end >= start else -1
    elif len(bounds) == 3:
        start, step, end = bounds
        if step == 0 or (end < start) != (step < 0):
            return ""
    else:
        return ""
    return " ".join(map(str, _until_step(start, end + (1 if step > 0 else -1), step)))


def _uniq(value: Any) -> list[Any]:
    seen: set[str] = set()
    found = []
    for item in as_list(value):
        key = _key(item)
        if key not in seen:
            seen.add(key)
            found.append(item)
    return found


def _without(value: Any, *left_out: Any) -> list[Any]:
    keys = set(map(_key, left_out))
    return [item for item in as_list(value) if _key(item) not in keys]


def _has(wanted: Any, value: Any) -> bool:
    return value is not None and _key(wanted) in set(map(_key, as_list(value)))


def _key(value: Any) -> str:
    return type(value).__name__ + json.dumps(value, sort_keys=True, default=shown)


def _chunk(size: int, value: Any) -> list[Any]:
    items = as_list(value)
    if size < 1:
        raise TemplateError("chunk: the size is less than 1")
    return [items[start : start + size] for start in range(0, len(items), size)]


def _concat(*values: Any) -> list[Any]:
    few(sum(len(as_list(value)) for value in values))
    return [item for value in values for item in value]


def _join(separator: str, value: Any) -> str:
    items = value if isinstance(value, list) else [value]
    texts = [as_text(item) for item in items if item is not None]
    if len(separator) * len(texts) > MAX_CHARACTERS:
        raise TemplateError("a text is too long")
    return bounded(separator.join(texts))


def _append(value: Any, item: Any) -> list[Any]:
    few(len(as_list(value)))
    return [*value, item]


_PLAIN = {
    "append": _append,
    "chunk": typed("ia", _chunk),
    "compact": lambda value: [item for item in as_list(value) if is_true(item)],
    "first": lambda value: as_list(value)[0] if value else None,
    "has": _has,
    "initial": lambda value: as_list(value)[:-1],
    "last": lambda value: as_list(value)[-1] if value else None,
    "prepend": lambda value, item: [item, *as_list(value)],
    "push": _append,
    "rest": lambda value: as_list(value)[1:],
    "reverse": lambda value: as_list(value)[::-1],
    "slice": _slice,
    "uniq": _uniq,
    "without": _without,
}

FUNCTIONS = {
    **_PLAIN,
    **{f"must{name[0].upper()}{name[1:]}": function for name, function in _PLAIN.items()},
    "concat": _concat,
    "join": typed("sa", _join),
    "list": lambda *values: list(values),
    "seq": typed("i*", _seq),
    "sortAlpha": lambda value: sorted(map(as_text, as_list(value))),
    "tuple": lambda *values: list(values),
    "until": typed("i", _until),
    "untilStep": typed("iii", _until_step),
}
