"""The document and the code agree, in both directions."""

import inspect
import re
from typing import Any

import msgspec
import pytest

from careen.server.api import HANDLERS, MODULES
from careen.server.document import as_json, document, operations, resolved
from careen.server.principal import SCOPES

BY_ID = {operation.id: operation for operation in operations()}


def test_every_operation_has_a_handler_and_every_handler_an_operation():
    assert set(HANDLERS) == set(BY_ID)
    assert len(BY_ID) == len(operations())
    assert sum(len(module.OPERATIONS) for module in MODULES) == len(HANDLERS)


@pytest.mark.parametrize("operation", operations(), ids=lambda operation: operation.id)
def test_an_operation_states_who_may_call_it_and_what_may_go_wrong(operation):
    described = document()["paths"][operation.path][operation.method.lower()]
    assert operation.scope in SCOPES | {"public", "signed-in", "service"}
    assert (described.get("security") == []) == (operation.scope == "public")
    assert {"400", "401", "403", "404", "429"} <= set(described["responses"])
    names = set(re.findall(r"{(\w+)}", operation.path))
    assert names == {parameter.name for parameter in operation.parameters if parameter.place == "path"}
    if "{project}" in operation.path:
        assert operation.scope not in ("public", "signed-in")


@pytest.mark.parametrize("operation", [each for each in operations() if each.media_types], ids=lambda operation: operation.id)
def test_the_body_of_the_code_is_that_of_the_document(operation):
    parameters = list(inspect.signature(HANDLERS[operation.id], eval_str=True).parameters.values())
    kind = parameters[1].annotation
    if kind is bytes:
        assert operation.media_types != ("application/json",)
        return
    content = document()["paths"][operation.path][operation.method.lower()]["requestBody"]["content"]
    whole = msgspec.json.schema(kind)
    assert normal(whole, whole["$defs"]) == normal(content["application/json"]["schema"], {})


def test_operations_without_a_body_have_handlers_without_one():
    for operation in operations():
        count = len(inspect.signature(HANDLERS[operation.id]).parameters)
        assert count == (2 if operation.media_types else 1), operation.id


def test_what_serves_the_server_alone_is_not_shown():
    assert b'"x-' not in as_json()
    assert b"operationId" in as_json()


def normal(schema: Any, definitions: Any) -> Any:
    """What both ways to write a schema have in common."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        found = definitions[name] if name in definitions else resolved({"$ref": schema["$ref"]})
        return normal({**found, **{key: value for key, value in schema.items() if key != "$ref"}}, definitions)
    if "anyOf" in schema:
        kinds = [normal(part, definitions) for part in schema["anyOf"]]
        merged: dict[str, Any] = {}
        types: set[str] = set()
        for kind in kinds:
            types |= set(kind.pop("type"))
            merged |= kind
        return merged | {"type": sorted(types)}
    out: dict[str, Any] = {}
    for key, value in schema.items():
        if key in ("title", "description", "required", "default", "$defs"):
            continue
        if key == "properties":
            out[key] = {name: normal(part, definitions) for name, part in value.items()}
            continue
        if key == "items" or (key == "additionalProperties" and isinstance(value, dict)):
            value = normal(value, definitions)
        if key == "pattern":
            value = value.replace(r"\Z", "$")
        out[key] = value
    if "enum" in out:
        out["enum"] = sorted(value for value in out["enum"] if value is not None)
        out.setdefault("type", "string")
    out["type"] = sorted([out["type"]] if isinstance(out["type"], str) else out["type"])
    if "properties" in out:
        out["needs"] = sorted(schema.get("required", ()))
    return out
