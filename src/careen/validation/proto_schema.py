"""The violations of a protocol buffer's definition in a message: fields, types, values of enumerations, choices.

A choice (``oneof``) must be made, because in these documents a message without it has no meaning.
**Source:** Protocol Buffers, "Language Guide (proto 3)".
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from careen.safety.pattern import pattern

from .problem import Problem, quoted
from .proto_text import Field

_WELL_KNOWN = {"google.protobuf.Timestamp": {"seconds": ["int64", "", ""], "nanos": ["int32", "", ""]}}
_INTEGER = pattern(r"-?(?:0[xX][0-9a-fA-F]{1,16}|\d{1,20})")
_FLOAT = pattern(r"[-+]?(?:(?:\d{1,400}\.?\d{0,400}|\.\d{1,400})(?:[eE][-+]?\d{1,4})?[fF]?|inf|infinity|nan)", 2)
_BITS = {"int32": 31, "int64": 63, "sint32": 31, "sint64": 63, "uint32": 32, "uint64": 64}


def message_problems(definition: dict[str, Any], name: str, fields: list[Field], line: int = 1) -> Iterator[Problem]:
    """The problems of a message's fields. Recursive, as deep as the reader of the text lets a message be."""
    known = _WELL_KNOWN.get(name) or definition["messages"][name]
    counts = Counter(field.name for field in fields)
    for field in fields:
        if field.name not in known:
            yield Problem(f"line {field.line}", f"{name} has no field {quoted(field.name)}")
            continue
        kind, often, _ = known[field.name]
        if counts[field.name] > 1 and often != "repeated":
            yield Problem(f"line {field.line}", f"{quoted(field.name)} is given more than once")
        yield from _value_problems(definition, name, kind, field)
    choices: dict[str, list[str]] = {}
    for field_name, (_, _, choice) in known.items():
        if choice:
            choices.setdefault(choice, []).append(field_name)
    for members in choices.values():
        made = [member for member in members if counts[member]]
        if len(made) != 1:
            yield Problem(f"line {line}", f"{name} has {len(made)} of {', '.join(members)}: one is needed")


def _value_problems(definition: dict[str, Any], scope: str, kind: str, field: Field) -> Iterator[Problem]:
    place = f"line {field.line}"
    message = _resolved(definition["messages"], scope, kind)
    if message or kind in _WELL_KNOWN:
        if isinstance(field.value, str):
            yield Problem(place, f"{quoted(field.name)} is a message, not a value")
        else:
            yield from message_problems(definition, message or kind, field.value, field.line)
        return
    if not isinstance(field.value, str):
        yield Problem(place, f"{quoted(field.name)} is a value, not a message")
    elif enum := _resolved(definition["enums"], scope, kind):
        if field.value not in definition["enums"][enum] and not _INTEGER.fullmatch(field.value):
            yield Problem(place, f"{quoted(field.value)} is not a value of {kind}")
    elif not _fits(kind, field.value):
        yield Problem(place, f"{quoted(field.value)} is not of type {kind}")


def _resolved(known: dict[str, Any], scope: str, name: str) -> str:
    """The full name of a type: names of inner scopes come first. "" if ``known`` has none of these."""
    while scope:
        if (inner := f"{scope}.{name}") in known:
            return inner
        scope = scope.rpartition(".")[0]
    return name if name in known else ""


def _fits(kind: str, value: str) -> bool:
    if kind in ("string", "bytes"):
        return value[0] in "\"'"
    if kind == "bool":
        return value in ("true", "false", "True", "False", "t", "f", "0", "1")
    if kind in ("float", "double"):
        return _FLOAT.fullmatch(value) is not None
    if kind in _BITS and _INTEGER.fullmatch(value):
        number = int(value, 16 if "x" in value.lower() else 10)
        return -(1 << _BITS[kind]) <= number < (1 << _BITS[kind]) and (number >= 0 or not kind.startswith("u"))
    return False
