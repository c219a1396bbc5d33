"""The violations of a JSON Schema in a document.

If a value fits none of the alternatives of a schema (``oneOf``, ``anyOf``), the problems of the closest one are reported, since
"nothing fits" would not help. Describing a problem takes a thousand times as long as finding that there is one. So for a large
document, only the problems in the first entries of its long lists are described, or one problem if these have none.
Raises: UsageError if the package jsonschema-rs is not installed, ValueError if the document cannot be validated.
**Source:** JSON Schema 2020-12, draft 7 and draft 4.
"""

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from itertools import islice
from typing import Any

import msgspec

from careen.errors import UsageError
from careen.licences.library import zstd

from .problem import MAX_SHOWN, Problem, at, quoted

MAX_PROBLEMS = 100
MAX_DEPTH = 200  # levels of a document; the validator recurses
MAX_SIZE = 5_000_000  # objects, lists and values
MAX_NODES = 10_000  # a larger document is thinned before problems are named
FIRST = (10, 100)  # entries of each list
HINT = "pip install 'careen[validate]'"
_ALTERNATIVES = ("oneOf", "anyOf")


def schema_problems(bundle: str, name: str, document: Any, *, closed: bool = False) -> Iterator[Problem]:
    """At most ``MAX_PROBLEMS`` problems. ``name`` is that of the schema in the bundle, with a fragment for a part of
    a schema.

    ``closed``: properties that the schema does not have are not allowed.
    """
    size = _size(document)
    try:
        validator = _validator(bundle, name, closed)
        if validator.is_valid(document):
            return
        yield from islice(_named(validator, document, size), MAX_PROBLEMS)
    except (ValueError, UnicodeError, OverflowError) as error:  # text with half a character, a number out of range
        raise ValueError(f"it cannot be validated: {str(error)[:MAX_SHOWN]}") from None


def _named(validator: Any, document: Any, size: int) -> Iterator[Problem]:
    for first in (None,) if size <= MAX_NODES else FIRST:
        part = document if first is None else _thinned(document, first)
        if found := [problem for error in validator.iter_errors(part) for problem in _problems(error)]:
            yield from found
            return
    try:
        validator.validate(document)
    except ValueError as error:
        yield from _problems(error)


def _thinned(value: Any, first: int) -> Any:
    """The value with only the first entries of each list."""
    if isinstance(value, dict):
        return {key: _thinned(inner, first) for key, inner in value.items()}
    return [_thinned(inner, first) for inner in value[:first]] if isinstance(value, list) else value


@cache
def schemas(bundle: str) -> dict[str, Any]:
    data = files("careen.validation").joinpath("schemas", f"{bundle}.zst").read_bytes()
    found: dict[str, Any] = msgspec.json.decode(zstd().decompress(data))
    return found


@cache
def _validator(bundle: str, name: str, closed: bool) -> Any:
    if find_spec("jsonschema_rs") is None:
        raise UsageError("validation needs the package jsonschema-rs, which is not installed", HINT)
    import jsonschema_rs

    base = f"careen:///{bundle}/"
    known = [(address if ":" in address else base + address, schema) for address, schema in schemas(bundle).items()]
    registry = jsonschema_rs.Registry(known)
    address = name if ":" in name else base + name
    schema: dict[str, Any] = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$ref": address}
    if closed:
        schema["unevaluatedProperties"] = False
    return jsonschema_rs.Draft202012Validator(schema, registry=registry, validate_formats=True)


def _problems(error: Any) -> Iterator[Problem]:
    kind = error.kind
    alternatives = kind.context if kind.name in _ALTERNATIVES and hasattr(kind, "context") else []
    if best := max(filter(None, alternatives), key=_fit, default=None):
        for inner in best:
            yield from _problems(inner)
    else:
        yield at(error.instance_path, _message(error))


def _fit(errors: list[Any]) -> tuple[int, int]:
    """A rank of how well an alternative fits: the depth of its shallowest error; then, how few errors it has."""
    return min(len(error.instance_path) for error in errors), -len(errors)


def _message(error: Any) -> str:
    kind, value = error.kind, error.instance
    match kind.name:
        case "required":
            return f"{quoted(kind.property)} is missing"
        case "additionalProperties" | "unevaluatedProperties":
            return f"unknown properties: {', '.join(map(quoted, kind.unexpected[:10]))}"
        case "enum":
            options = ", ".join(map(quoted, kind.options[:12]))
            return f"{quoted(value)} is none of {options}{', …' if len(kind.options) > 12 else ''}"
        case "const":
            return f"{quoted(value)} is not {quoted(kind.expected_value)}"
        case "type":
            return f"{quoted(value)} is not of type {', '.join(kind.types)}"
        case "pattern":
            return f"{quoted(value)} does not match {kind.pattern[:MAX_SHOWN]}"
        case "format":
            return f"{quoted(value)} is not a valid {kind.format}"
        case "minItems" | "minProperties" | "minLength":
            return f"{quoted(value)} has less than {kind.limit} {'characters' if kind.name == 'minLength' else 'entries'}"
        case "maxItems" | "maxProperties" | "maxLength":
            return f"{quoted(value)} has more than {kind.limit} {'characters' if kind.name == 'maxLength' else 'entries'}"
        case "uniqueItems":
            return "an entry occurs twice"
        case "oneOf":
            return "more than one alternative of the schema fits, and only one may"
        case _:
            return f"{quoted(value)} breaks the schema's {kind.name}"


def _size(document: Any) -> int:
    """The number of objects, lists and values."""
    size, level = 1, [document]
    for _ in range(MAX_DEPTH):
        inner = [entry for value in level for entry in (value.values() if isinstance(value, dict) else value)]
        size += len(inner)
        if size > MAX_SIZE:
            raise ValueError(f"more than {MAX_SIZE} values")
        level = [entry for entry in inner if isinstance(entry, dict | list)]
        if not level:
            return size
    raise ValueError(f"nested more than {MAX_DEPTH} deep")
