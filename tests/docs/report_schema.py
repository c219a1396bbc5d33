"""``docs/schema/report-1.json``, generated from the types of the document: their fields, docstrings and comments."""

import ast
import importlib
import inspect
import io
import pkgutil
import re
import tokenize
from collections.abc import Iterator
from typing import Any, get_args

import msgspec
from msgspec import Struct

import careen.model
from careen.app import report_document
from careen.app.report_document import Document
from careen.model.finding import Finding

# Fields that the model gives a default, and that the first version of the document had already: they are always written.
ALWAYS = {
    "Accepted": "reason owner expires",
    "AdvisoryReference": "url",
    "Attached": "refusals",
    "BehaviourFinding": "message layer change confidence package evidence",
    "BehaviourSummary": "programs unprotected privileged hooks life parts index",
    "Control": "checks failed findings suppressed reason",
    "Coverage": "packages assessed_packages data_of accepted unfetched without_lifecycle",
    "DatabaseInfo": "sources",
    "ExposedSecret": "layer deleted change",
    "Fix": "versions",
    "IntegrityFinding": "message layer change",
    "LicenceFinding": "message layer change package expression",
    "Location": "line end_line",
    "Material": "digest",
    "Misconfiguration": "message layer change",
    "ModifiedFile": "uid",
    "Plan": "versions bundled",
    "PlatformState": "reason",
    "Reason": "packages subjects",
    "Rule": "failed_by not_counted why",
    "SecretPlace": "layer deleted",
    "Signature": "predicate refusal why",
    "SuppressedBy": "expires owner",
    "Verdict": "rules platforms",
    "VexNote": "detail",
    "Vulnerability": "summary published fix_published vex change weaknesses exploit paid_fix lowered_by",
    "Weakness": "name",
}
KINDS = [kind.__struct_config__.tag for kind in get_args(Finding)]
OTHER = {
    "type": "object",
    "description": "A kind that a later version added: these fields are all that a reader may rely on.",
    "required": ["kind", "id", "title", "severity", "fingerprint"],
    "properties": {
        "kind": {"type": "string", "not": {"enum": KINDS}},
        "id": {"type": "string"},
        "title": {"type": "string"},
        "severity": {"$ref": "#/$defs/Severity"},
        "fingerprint": {"type": "string"},
        "location": {"$ref": "#/$defs/Location"},
    },
}


def schema() -> dict[str, Any]:
    _, parts = msgspec.json.schema_components([Document], ref_template="#/$defs/{name}")
    parts = {name: _part(name, part) for name, part in sorted(parts.items())}
    parts["ByKind"]["additionalProperties"] = parts["ByKind"]["properties"]["vulnerability"]
    parts["OtherFinding"] = OTHER
    parts["Finding"] = {"anyOf": [{"$ref": f"#/$defs/{kind.__name__}"} for kind in (*get_args(Finding), OtherFinding)]}
    parts["Severity"] = parts["Vulnerability"]["properties"]["severity"]
    document = parts.pop("Document")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:careen:schema:report:1",
        "title": "Report of careen, version 1",
        **document,
        "$defs": dict(sorted(parts.items())),
    }


class OtherFinding:
    """The name of a kind that this version does not have."""


def _part(name: str, part: dict[str, Any]) -> dict[str, Any]:
    comments = _comments(_TYPES[name])
    del part["title"]
    if "description" in part:
        part["description"] = _text(part["description"])
    for field, entry in part["properties"].items():
        entry = part["properties"][field] = _plain(entry)
        if field in comments:
            entry["description"] = _text(comments[field])
    part["required"] = [field for field in part["properties"] if field in (*part["required"], *ALWAYS.get(name, "").split())]
    return part


def _text(comment: str) -> str:
    """In the words of JSON."""
    text = re.sub(r"``(.+?)``", r"`\1`", " ".join(comment.split()))
    return re.sub(r"\bNone\b", "null", text).replace('""', "empty")


def _plain(entry: Any) -> Any:
    """Without defaults and bounds of what the reader accepts; any finding by its name."""
    if isinstance(entry, list):
        return [_plain(one) for one in entry]
    if not isinstance(entry, dict):
        return entry
    if "discriminator" in entry:
        return {"$ref": "#/$defs/Finding"}
    return {key: _plain(value) for key, value in entry.items() if key not in ("default", "maximum", "maxLength")}


def _types() -> Iterator[tuple[str, type]]:
    modules = [importlib.import_module(f"careen.model.{one.name}") for one in pkgutil.iter_modules(careen.model.__path__)]
    for module in (*modules, report_document):  # the document's own types count before those of the model
        for name, found in vars(module).items():
            if isinstance(found, type) and issubclass(found, Struct) and found.__module__ == module.__name__:
                yield name, found


_TYPES = dict(_types())


def _comments(type: type) -> dict[str, str]:
    """The comments at the ends of the lines of fields, also of inherited ones."""
    found: dict[str, str] = {}
    for one in reversed(type.__mro__[:-2]):
        if one.__module__.startswith("careen."):
            found |= _comments_in(inspect.getsource(one))
    return found


def _comments_in(source: str) -> dict[str, str]:
    (made,) = ast.parse(source).body
    assert isinstance(made, ast.ClassDef)
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    by_line = {token.start[0]: token.string.lstrip("# ") for token in tokens if token.type == tokenize.COMMENT}
    fields = (node for node in made.body if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name))
    return {node.target.id: by_line[node.end_lineno] for node in fields if node.end_lineno in by_line}  # type: ignore[union-attr]
