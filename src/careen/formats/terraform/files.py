"""The files of one module: their blocks together, as Terraform merges them, and values for its variables.

Raises: ValueError for a text that is not HCL2, or JSON.
**Source:** Terraform language, "Files and Configuration Structure", "Override Files", "JSON Configuration Syntax".
"""

import posixpath
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from careen.formats.data import yaml_document
from careen.formats.data.yaml_document import Sequence
from careen.formats.terraform.parse import parse, parse_template
from careen.formats.terraform.syntax import Block, Body, Expression, Items, Literal, Object, Setting

CONFIGURATION = (".tf", ".tofu", ".tf.json", ".tofu.json")
VARIABLES = (".tfvars", ".tfvars.json")
_LABELS = {"resource": 2, "data": 2, "module": 1, "variable": 1, "output": 1, "locals": 0}


class Placed(Struct, frozen=True):
    """A block, and the file that has it."""

    block: Block
    path: str


class Files(Struct, frozen=True):
    """The blocks of a module, by type and labels: ``blocks["resource"]["aws_s3_bucket", "logs"]``."""

    blocks: Mapping[str, Mapping[tuple[str, ...], Placed]]
    settings: Mapping[str, tuple[Setting, str]]  # of its locals
    values: Mapping[str, Expression]  # of variables that its own files give

    def of_type(self, type: str) -> Mapping[tuple[str, ...], Placed]:
        return self.blocks.get(type, {})


def read(path: str, text: str) -> Body:
    """Parses a file of a configuration, or of values of variables."""
    if not path.endswith(".json"):
        return parse(text)
    document = next(iter(yaml_document.read(text)), None)
    if not isinstance(document, yaml_document.Mapping):
        raise ValueError("not a JSON object")  # noqa: TRY004
    return _settings(document) if path.endswith(VARIABLES) else _json_body(document)


def together(bodies: Iterable[tuple[str, Body]]) -> Files:
    """Merges the files of one folder, given as (path, body); override files come last."""
    blocks: dict[str, dict[tuple[str, ...], Placed]] = {}
    settings: dict[str, tuple[Setting, str]] = {}
    values: dict[str, Expression] = {}
    for path, body in sorted(bodies, key=lambda file: (_is_override(file[0]), file[0])):
        if path.endswith(VARIABLES):
            values.update({name: setting.expression for name, setting in body.settings.items()})
            continue
        for block in body.blocks:
            if block.type == "locals":
                settings.update({name: (setting, path) for name, setting in block.body.settings.items()})
                continue
            of_type = blocks.setdefault(block.type, {})
            before = of_type.get(block.labels)
            if before is not None and _is_override(path):
                of_type[block.labels] = Placed(_overridden(before.block, block), before.path)
            else:
                of_type[block.labels] = Placed(block, path)
    return Files(blocks, settings, values)


def is_given(path: str) -> bool:
    """Whether Terraform loads this file of values without a flag."""
    name = posixpath.basename(path).removesuffix(".json")
    return name == "terraform.tfvars" or name.endswith(".auto.tfvars")


def _is_override(path: str) -> bool:
    stem = posixpath.basename(path).removesuffix(".json").rpartition(".")[0]
    return stem == "override" or stem.endswith("_override")


def _overridden(block: Block, by: Block) -> Block:
    replaced = {inner.type for inner in by.body.blocks}
    kept = tuple(inner for inner in block.body.blocks if inner.type not in replaced)
    body = Body({**block.body.settings, **by.body.settings}, (*kept, *by.body.blocks))
    return Block(block.type, block.labels, body, block.line, block.end_line)


def _json_body(document: yaml_document.Mapping) -> Body:
    blocks: list[Block] = []
    for type, count in _LABELS.items():
        _add_blocks(blocks, type, (), document.get(type), count, document.lines.get(type, 0))
    return Body({}, tuple(blocks))


def _add_blocks(found: list[Block], type: str, labels: tuple[str, ...], value: Any, count: int, line: int) -> None:
    if isinstance(value, Sequence):
        for item in value:
            _add_blocks(found, type, labels, item, count, line)
    elif isinstance(value, yaml_document.Mapping):
        if count == 0:
            found.append(Block(type, labels, _settings(value), line, value.end_line))
        else:
            for name, item in value.items():
                _add_blocks(found, type, (*labels, name), item, count - 1, value.lines[name])


def _settings(value: yaml_document.Mapping) -> Body:
    made = {}
    for name, item in value.items():
        line = value.lines[name]
        end = getattr(item, "end_line", line)
        made[name] = Setting(name, _expression(item, line), line, max(line, end))
    return Body(made, ())


def _expression(value: Any, line: int) -> Expression:
    """A JSON value as an expression; texts are templates."""
    if isinstance(value, str):
        return parse_template(value, line)
    if isinstance(value, yaml_document.Mapping):
        items = (
            (parse_template(key, value.lines[key]), _expression(item, value.lines[key]), value.lines[key])
            for key, item in value.items()
        )
        return Object(tuple(items), value.line, value.end_line)
    if isinstance(value, Sequence):
        rows = zip(value, value.lines, strict=True)
        return Items(tuple((_expression(item, at), at) for item, at in rows), value.line, value.end_line)
    return Literal(value)
