"""The official schemas: Clair's own, the older one of Quay, and that of Harbor's scanner adapters (``official/SOURCE``)."""

import json
from functools import cache
from pathlib import Path

import jsonschema
import referencing

FOLDER = Path(__file__).parent / "official"


def check_clair(document: object, name: str) -> None:
    """By Clair's own: ``vulnerability_report``."""
    jsonschema.Draft202012Validator({"$ref": f"{_BASE}{name}.schema.json"}, registry=_clair()).validate(document)


def check_quay(document: object, name: str) -> None:
    """By the document that Quay checks all answers with: ``VulnerabilityReport``."""
    jsonschema.validate(document, {**_json("quay-clair-v4.openapi.json"), "$ref": f"#/components/schemas/{name}"})


def check_harbor(document: object, name: str) -> None:
    jsonschema.validate(document, {**_json("harbor-scanner-adapter-v1.2.json"), "$ref": f"#/components/schemas/{name}"})


_BASE = "https://clairproject.org/api/http/v1/"


@cache
def _clair() -> referencing.Registry:
    contents = [json.loads(path.read_text("utf-8")) for path in (FOLDER / "clair").glob("*.schema.json")]
    return referencing.Registry().with_resources(
        (document["$id"], referencing.Resource.from_contents(document)) for document in contents
    )


@cache
def _json(name: str) -> dict:
    return json.loads((FOLDER / name).read_text("utf-8"))
