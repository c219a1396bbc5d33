"""Converts values to the type of their variable: missing optional attributes get their defaults, texts become
booleans.

**Source:** Terraform language, "Type Constraints", optional object type attributes.
"""

from typing import Any

from careen.formats.data.yaml_document import Mapping, Sequence
from careen.formats.terraform.evaluate import Evaluator
from careen.formats.terraform.syntax import Call, Expression, Literal, Name, Object
from careen.formats.terraform.values import UnknownValue

_WORDS = {"true": True, "false": False}


def with_defaults(value: Any, type: Expression, evaluator: Evaluator) -> Any:
    if isinstance(value, UnknownValue):
        return value
    if isinstance(type, Name):
        return _WORDS.get(value, value) if type.name == "bool" and isinstance(value, str) else value
    if not isinstance(type, Call) or not type.arguments:
        return value
    inner = type.arguments[0]
    if type.name == "object" and isinstance(inner, Object) and isinstance(value, Mapping):
        return _object(value, inner, evaluator)
    if type.name == "map" and isinstance(value, Mapping):
        found = Mapping(value.line)
        found.end_line, found.lines = value.end_line, value.lines
        found.update({key: with_defaults(item, inner, evaluator) for key, item in value.items()})
        return found
    if type.name in ("list", "set") and isinstance(value, Sequence):
        row = Sequence(value.line)
        row.end_line, row.lines = value.end_line, value.lines
        row.extend(with_defaults(item, inner, evaluator) for item in value)
        return row
    return value


def _object(value: Mapping, type: Object, evaluator: Evaluator) -> Mapping:
    found = Mapping(value.line)
    found.end_line, found.lines = value.end_line, dict(value.lines)
    found.update(value)
    for key_node, of, _line in type.items:
        key = key_node.value if isinstance(key_node, Literal) else None
        if not isinstance(key, str):
            continue
        optional = isinstance(of, Call) and of.name == "optional" and of.arguments
        inner = of.arguments[0] if isinstance(of, Call) and optional else of
        if found.get(key) is None:
            default = of.arguments[1] if isinstance(of, Call) and optional and len(of.arguments) > 1 else None
            found[key] = evaluator.value(default, {}) if default is not None else None
            found.lines.setdefault(key, value.line)
        found[key] = with_defaults(found[key], inner, evaluator)
    return found
