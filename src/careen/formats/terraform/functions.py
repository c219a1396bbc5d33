"""The functions of Terraform that need neither network, clock nor chance. Any other function gives an unknown value.

Regular expressions are not evaluated: a hostile one could take for ever.
Raises: ValueError, TypeError, KeyError and the like, for arguments of the wrong kind.
**Source:** Terraform language, "Built-in Functions".
"""

import base64
import hashlib
import json
import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from careen.formats.data import yaml_document
from careen.formats.data.yaml_document import Mapping, Sequence
from careen.formats.terraform.values import (
    MAX_CHARACTERS,
    MAX_NODES,
    MAX_TEXT,
    UnknownValue,
    as_string,
    bounded,
    first_unknown,
    mapping,
    sequence,
    unknown,
)

# Their result is known although a part of an argument is not.
KEEPS_UNKNOWNS = frozenset((
    "coalesce", "coalescelist", "concat", "element", "flatten", "join", "jsonencode", "keys", "length", "lookup", "merge",
    "one", "reverse", "slice", "tolist", "tomap", "toset", "values", "yamlencode", "zipmap", "setunion", "nonsensitive",
    "sensitive",
))  # fmt: skip


def call(name: str, arguments: list[Any], read: Callable[[str], str | None]) -> Any:
    name = name.removeprefix("core::")
    if name in ("file", "filebase64", "templatefile", "fileexists"):
        text = read(str(arguments[0])) if name in ("file", "filebase64") else None
        if text is None:
            return unknown(f"{name}()")
        return text if name == "file" else _base64(text)
    function = _FUNCTIONS.get(name)
    if function is None:
        return unknown(f"{name}()")
    return function(*arguments)


def _text(value: Any) -> str:
    text = as_string(value)
    if text is None:
        raise ValueError("an argument is not a text")
    return text


def _merge(*objects: Any) -> Mapping:
    found = Mapping(objects[0].line if objects and isinstance(objects[0], Mapping) else 0)
    for source in objects:
        for key, value in (source or {}).items():
            found[key] = value
            found.lines[key] = source.lines.get(key, 0)
    return found


def _concat(*lists: Any) -> Sequence:
    found = Sequence()
    for items in lists:
        if not isinstance(items, list):
            raise ValueError("an argument is not a list")  # noqa: TRY004
        found.extend(items)
        found.lines += getattr(items, "lines", [0] * len(items))
    return found


def _flatten(value: Any) -> Sequence:
    found: list[Any] = []
    todo = [value]
    while todo and len(found) <= MAX_NODES:
        here = todo.pop()
        if isinstance(here, list):
            todo.extend(reversed(here))
        else:
            found.append(here)
    return sequence(found)


def _unique(items: Iterable[Any]) -> Sequence:
    """The items without repetitions, in the order of their texts, as in a set."""
    seen = {_key(item): item for item in items}
    return sequence(seen[key] for key in sorted(seen))


def _key(item: Any) -> str:
    return as_string(item) or json.dumps(item, sort_keys=True, default=str)


def _lookup(object: Any, key: Any, *default: Any) -> Any:
    if key in object:
        return object[key]
    if not default:
        raise ValueError(f"the object has no key {key}")
    return default[0]


def _element(items: Any, index: Any) -> Any:
    return items[int(index) % len(items)]


def _coalesce(*values: Any) -> Any:
    return next(value for value in values if value is not None and value != "")


def _join(separator: Any, *lists: Any) -> Any:
    items = [item for row in lists for item in row]
    between = _text(separator)
    joined = "".join(bounded(_text(item) if number == 0 else between + _text(item) for number, item in enumerate(items)))
    missing = next((item for item in items if isinstance(item, UnknownValue)), None)
    return joined if missing is None else unknown(missing.rests_on, missing.owner, joined)


def _format(pattern: Any, *values: Any) -> str:
    """The text of Terraform's ``format``. Raises ValueError for a verb that is not supported, and for a width over a
    thousand."""
    return "".join(bounded(_formatted(_text(pattern), values)))


def _formatted(rest: str, values: tuple[Any, ...]) -> Iterator[str]:
    number = 0
    while rest:
        before, percent, rest = rest.partition("%")
        yield before
        if not percent:
            break
        flags = rest[: len(rest) - len(rest.lstrip("-+ 0123456789.#"))]
        verb, rest = rest[len(flags) : len(flags) + 1], rest[len(flags) + 1 :]
        if verb == "%":
            yield "%"
            continue
        if any(len(width) > 3 for width in flags.lstrip("-+ 0#").split(".")):
            raise ValueError("a width of format is too large")
        value, number = values[number], number + 1
        if verb in ("s", "v"):
            yield f"%{flags}s" % _text(value)
        elif verb == "q":
            yield json.dumps(_text(value))
        elif verb in ("d", "f", "x", "X", "o", "e", "g"):
            yield f"%{flags}{verb}" % (int(value) if verb in "dxXo" else float(value))
        else:
            raise ValueError(f"format does not support the verb {verb!r}")


def _replace(text: Any, old: Any, new: Any) -> Any:
    old = _text(old)
    if len(old) > 1 and old.startswith("/") and old.endswith("/"):
        return unknown("replace() with a regular expression")
    count = _text(text).count(old) if old else len(_text(text)) + 1
    if count * len(_text(new)) > MAX_TEXT:
        raise ValueError("the text is too long")
    return _text(text).replace(old, _text(new))


def _split(separator: Any, text: Any) -> Sequence:
    text, separator = _text(text), _text(separator)
    if (text.count(separator) if separator else len(text)) > MAX_NODES:
        raise ValueError("a list too long")
    return sequence(text.split(separator) if separator else text)


def _range(*numbers: Any) -> Sequence:
    found = range(*(int(number) for number in numbers))
    if len(found) > MAX_NODES:
        raise ValueError("the range is too long")
    return sequence(found)


def _json(value: Any) -> Any:
    """The value as JSON; it contains the references of unknown parts, and is then unknown in part."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    missing = first_unknown(value)
    return text if missing is None else unknown(missing.rests_on, missing.owner, text)


def _decoded(text: Any) -> Any:
    return yaml_document.read(_text(text))[0]


def _base64(text: Any) -> str:
    return base64.b64encode(_text(text).encode()).decode()


def _index(items: Any, value: Any) -> int:
    return int(list(items).index(value))


def _to_number(value: Any) -> Any:
    if isinstance(value, str):
        return int(value) if value.lstrip("-").isdigit() and len(value) < 60 else float(value)
    return value


def _to_bool(value: Any) -> Any:
    return {"true": True, "false": False}[value] if isinstance(value, str) else value


def _hash(name: str) -> Callable[[Any], str]:
    return lambda text: hashlib.new(name, _text(text).encode(), usedforsecurity=False).hexdigest()


def _set(keep: Callable[[set[str], set[str]], set[str]]) -> Callable[..., Sequence]:
    def combined(first: Any, *others: Any) -> Sequence:
        known = {_key(item): item for row in (first, *others) for item in row}
        keys = {_key(item) for item in first}
        for row in others:
            keys = keep(keys, {_key(item) for item in row})
        return sequence(known[key] for key in sorted(keys))

    return combined


def _transposed(given: Any) -> Mapping:
    found: dict[str, list[Any]] = {}
    for key, values in given.items():
        for value in values:
            found.setdefault(_text(value), []).append(key)
    return mapping((key, sequence(keys)) for key, keys in found.items())


def _same(value: Any) -> Any:
    return value


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "abs": abs,
    "alltrue": lambda items: all(item in (True, "true") for item in items),
    "anytrue": lambda items: any(item in (True, "true") for item in items),
    "base64decode": lambda text: base64.b64decode(_text(text), validate=True).decode(),
    "base64encode": _base64,
    "basename": lambda path: _text(path).rstrip("/").rpartition("/")[2],
    "ceil": math.ceil,
    "chomp": lambda text: _text(text).rstrip("\r\n"),
    "chunklist": lambda items, size: sequence(
        sequence(items[at : at + int(size)]) for at in range(0, len(items), max(int(size), 1))
    ),
    "coalesce": _coalesce,
    "coalescelist": lambda *lists: next(items for items in lists if items),
    "compact": lambda items: sequence(item for item in items if item not in (None, "")),
    "concat": _concat,
    "contains": lambda items, value: value in items,
    "dirname": lambda path: _text(path).rpartition("/")[0] or ".",
    "distinct": lambda items: sequence({_key(item): item for item in items}.values()),
    "element": _element,
    "endswith": lambda text, end: _text(text).endswith(_text(end)),
    "flatten": _flatten,
    "floor": math.floor,
    "format": _format,
    "formatlist": lambda pattern, items: sequence(bounded((_format(pattern, item) for item in items), MAX_CHARACTERS)),
    "index": _index,
    "indent": lambda count, text: _replace(text, "\n", "\n" + " " * min(int(count), 200)),
    "join": _join,
    "jsondecode": _decoded,
    "jsonencode": _json,
    "keys": lambda given: sequence(sorted(given)),
    "length": len,
    "lookup": _lookup,
    "lower": lambda text: _text(text).lower(),
    "max": max,
    "md5": _hash("md5"),
    "merge": _merge,
    "min": min,
    "nonsensitive": _same,
    "one": lambda items: items[0] if items else None,
    "parseint": lambda text, base: int(_text(text)[:60], int(base)),
    "range": _range,
    "replace": _replace,
    "reverse": lambda items: sequence(reversed(items)),
    "sensitive": _same,
    "setintersection": _set(set.__and__),
    "setsubtract": _set(set.__sub__),
    "setunion": _set(set.__or__),
    "sha1": _hash("sha1"),
    "sha256": _hash("sha256"),
    "sha512": _hash("sha512"),
    "signum": lambda number: (number > 0) - (number < 0),
    "slice": lambda items, start, end: sequence(items[int(start) : int(end)]),
    "sort": lambda items: sequence(sorted(map(_text, items))),
    "split": _split,
    "startswith": lambda text, start: _text(text).startswith(_text(start)),
    "strcontains": lambda text, part: _text(part) in _text(text),
    "strrev": lambda text: _text(text)[::-1],
    "substr": lambda text, start, length: _text(text)[int(start) :][: None if int(length) < 0 else int(length)],
    "sum": sum,
    "title": lambda text: " ".join(word[:1].upper() + word[1:] for word in _text(text).split(" ")),
    "tobool": _to_bool,
    "tolist": lambda items: sequence(items),
    "tomap": _same,
    "tonumber": _to_number,
    "toset": _unique,
    "tostring": lambda value: None if value is None else _text(value),
    "transpose": _transposed,
    "trim": lambda text, letters: _text(text).strip(_text(letters)),
    "trimprefix": lambda text, start: _text(text).removeprefix(_text(start)),
    "trimspace": lambda text: _text(text).strip(),
    "trimsuffix": lambda text, end: _text(text).removesuffix(_text(end)),
    "upper": lambda text: _text(text).upper(),
    "values": lambda given: sequence(given[key] for key in sorted(given)),
    "yamldecode": _decoded,
    "yamlencode": _json,
    "zipmap": lambda keys, values: mapping(zip(map(_text, keys), values, strict=True)),
}
