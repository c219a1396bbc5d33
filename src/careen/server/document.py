"""Reads the OpenAPI document, and describes its operations as the server checks them.

Shape: an operation is a method of a path. Its parameters have schemas of JSON Schema, of which the document uses
``type``, ``enum``, ``pattern``, bounds and ``default``. **Source:** OpenAPI 3.1.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec
from msgspec import Struct

METHODS = ("get", "put", "post", "delete", "patch")
BODY_BYTES = 1 << 20  # unless x-max-bytes states more


class Parameter(Struct, frozen=True):
    name: str
    place: str  # path, query, header
    required: bool
    schema: dict[str, Any]


class Operation(Struct, frozen=True):
    id: str
    method: str
    path: str
    tag: str
    scope: str  # public, signed-in, service, or a scope of keys
    parameters: tuple[Parameter, ...]
    media_types: tuple[str, ...]  # of its body; () if it has none
    max_bytes: int
    ok: int  # the status of a success
    summary: str


@cache
def document() -> Mapping[str, Any]:
    import yaml

    found: dict[str, Any] = yaml.load((files(__package__) / "openapi.yaml").read_bytes(), yaml.CSafeLoader)
    return found


@cache
def as_json() -> bytes:
    """The document as JSON, without the keys that only the server uses, and with abbreviations expanded."""
    return msgspec.json.encode(_plain(document()))


@cache
def operations() -> tuple[Operation, ...]:
    return tuple(_operations(document()))


def resolved(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema, with its reference replaced by what it points to. Keys beside the reference override the same keys
    there.
    """
    reference = schema.get("$ref")
    if reference is None:
        return dict(schema)
    found: Any = document()
    for part in str(reference).removeprefix("#/").split("/"):
        found = found[part]
    return resolved(found) | {key: value for key, value in schema.items() if key != "$ref"}


def _operations(whole: Mapping[str, Any]) -> Iterator[Operation]:
    for path, item in whole["paths"].items():
        for method in METHODS:
            if method not in item:
                continue
            described = item[method]
            given = [*item.get("parameters", ()), *described.get("parameters", ())]
            body = described.get("requestBody", {}).get("content", {})
            yield Operation(
                described["operationId"],
                method.upper(),
                path,
                described["tags"][0],
                described["x-scope"],
                tuple(_parameter(resolved(parameter)) for parameter in given),
                tuple(body),
                described.get("x-max-bytes", BODY_BYTES),
                min(int(status) for status in described["responses"] if status < "4" and status != "304"),
                described["summary"],
            )


def _parameter(described: Mapping[str, Any]) -> Parameter:
    return Parameter(described["name"], described["in"], bool(described.get("required")), resolved(described["schema"]))


def _plain(found: Any) -> Any:
    if isinstance(found, dict):
        return {key: _plain(value) for key, value in found.items() if not str(key).startswith("x-")}
    return [_plain(part) for part in found] if isinstance(found, list) else found
