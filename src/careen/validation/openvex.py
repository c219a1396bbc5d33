"""OpenVEX 0.2.0 by its schema. Documents of earlier versions are brought into its form, and then checked in the same way.

**Source:** OpenVEX specification 0.2.0 with its schema; 0.0.1 and 0.0.2, in which a vulnerability and a product are texts, the
version of a document is one too, and subcomponents belong to a statement.
"""

from collections.abc import Iterator
from typing import Any

from careen.formats.data.plain import mapping, sequence, text
from careen.formats.vex.openvex import CONTEXT

from .problem import Problem, at, quoted
from .schema import schema_problems

_EARLIER = ("", "v0.0.1", "v0.0.2")  # the first versions named none
CURRENT = "v0.2.0"


def version_of(document: dict[str, Any]) -> str:
    """The version of a document: "0.2.0", "0.0.x" for an earlier one, "" for an unknown one."""
    context = text(document.get("@context"))
    name = context.removeprefix(CONTEXT).strip("/") if context.startswith(CONTEXT) else context or "none"
    return "0.2.0" if name == CURRENT else "0.0.x" if name in _EARLIER else ""


def problems(document: dict[str, Any]) -> Iterator[Problem]:
    version = version_of(document)
    if not version:
        yield at(["@context"], f"{quoted(document.get('@context'))} is not of version 0.2.0 or earlier", "version")
        return
    yield from schema_problems("openvex", "0.2.0", document if version == "0.2.0" else _as_current(document))


def _as_current(document: dict[str, Any]) -> dict[str, Any]:
    found = {**document, "version": _number(document.get("version"))}
    if isinstance(document.get("statements"), list):
        found["statements"] = [_statement(entry) if isinstance(entry, dict) else entry for entry in document["statements"]]
    return found


def _number(version: Any) -> Any:
    return int(version) if isinstance(version, str) and version.isdecimal() and len(version) < 10 else version


def _statement(entry: dict[str, Any]) -> dict[str, Any]:
    found = {key: value for key, value in entry.items() if key not in ("subcomponents", "vuln_description")}
    if isinstance(entry.get("vulnerability"), str):
        found["vulnerability"] = {"name": entry["vulnerability"]}
    if "products" in entry:
        parts = [_component(part) for part in sequence(entry.get("subcomponents"))]
        products = [_component(product) for product in sequence(entry["products"])]
        found["products"] = [{**mapping(product), "subcomponents": parts} if parts else product for product in products]
    return found


def _component(entry: Any) -> Any:
    return {"@id": entry} if isinstance(entry, str) else entry
