"""The JSON of ``terraform show -json`` -> resources with their planned values.

A value that Terraform has only after it has applied the plan is unknown. References come from the configuration
in the same file.
Raises: ValueError if the text is not a plan.
**Source:** Terraform, "JSON Output Format", plan representation (format version 1).
"""

from collections.abc import Iterator
from typing import Any

from careen.formats.data import yaml_document
from careen.formats.data.yaml_document import Mapping, Sequence
from careen.formats.terraform.resource import Resource
from careen.formats.terraform.values import unknown
from careen.safety.pattern import pattern

MAX_DEPTH = 50  # of modules in modules, and of values
_PLAN = pattern(r'"planned_values"\s*:\s*\{')
_KEYS = pattern(r"\[[^\]]{0,200}\]")


def is_plan(text: str) -> bool:
    return text.lstrip()[:1] == "{" and _PLAN.search(text) is not None


def read(path: str, text: str) -> list[Resource]:
    document = next(iter(yaml_document.read(text)), None)
    if not isinstance(document, Mapping) or not isinstance(document.get("planned_values"), Mapping):
        raise ValueError("not a plan of Terraform")  # noqa: TRY004
    later = {change.text("address"): change.map("change") for change in document.maps("resource_changes")}
    references = dict(_references(document.map("configuration", "root_module"), "", MAX_DEPTH))
    found = []
    for row in _rows(document.map("planned_values", "root_module"), MAX_DEPTH):
        address = row.text("address")
        values = row.map("values")
        copied = Mapping(row.line)
        copied.end_line = row.end_line
        for key, value in values.items():
            if value is not None and value != []:
                yaml_document.put(copied, key, value, values.lines[key])
        prefix = _KEYS.sub("", address)
        _mark(copied, later.get(address, yaml_document.NO_MAPPING).get("after_unknown"), prefix, references.get(prefix))
        is_data = row.text("mode") == "data"
        found.append(
            Resource(row.text("type"), row.text("name"), address, copied, path, row.line, max(row.end_line, row.line), is_data)
        )
    return found


def _rows(module: Mapping, depth: int) -> Iterator[Mapping]:
    yield from module.maps("resources")
    for child in module.maps("child_modules") if depth else ():
        yield from _rows(child, depth - 1)


def _mark(values: Mapping, later: Any, prefix: str, references: Mapping | None) -> None:
    """Puts unknown values in the places for which the plan has no value yet. Values that only a provider computes,
    and no user sets, are left out."""
    for key, is_later in later.items() if isinstance(later, dict) else ():
        named = references.map(key).texts("references") if references is not None else []
        if is_later is True and (references is None or key in references):
            owner = next((name.rpartition(".")[0] for name in named if name.count(".") >= 2), "")
            module = prefix[: len(prefix) - len(".".join(prefix.split(".")[-2:]))]
            missing = unknown(named[0] if named else f"{prefix}.{key}", f"{module}{owner}" if owner else "")
            yaml_document.put(values, key, missing, values.line)
        elif isinstance(is_later, dict | list) and key in values:
            values[key] = _marked(values[key], is_later, f"{prefix}.{key}", MAX_DEPTH)


def _marked(value: Any, later: Any, reference: str, depth: int) -> Any:
    if later is True:
        return unknown(reference)
    if depth and isinstance(value, Mapping) and isinstance(later, dict):
        found = Mapping(value.line)
        found.end_line, found.lines = value.end_line, dict(value.lines)
        found.update(value)
        for key, inner in later.items():
            if inner is True or key in value:
                found[key] = _marked(value.get(key), inner, f"{reference}.{key}", depth - 1)
                found.lines.setdefault(key, value.line)
        return found
    if depth and isinstance(value, Sequence) and isinstance(later, list):
        row = Sequence(value.line)
        row.end_line, row.lines = value.end_line, value.lines
        row.extend(_marked(item, inner, reference, depth - 1) for item, inner in zip(value, later, strict=False))
        row.extend(value[len(later) :])
        return row
    return value


def _references(module: Mapping, prefix: str, depth: int) -> Iterator[tuple[str, Mapping]]:
    """The expressions of each resource, by its address without keys."""
    for row in module.maps("resources"):
        yield prefix + row.text("address"), row.map("expressions")
    calls = module.map("module_calls") if depth else yaml_document.NO_MAPPING
    for name in calls:
        yield from _references(calls.map(name, "module"), f"{prefix}module.{name}.", depth - 1)
