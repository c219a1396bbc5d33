"""Bake files -> the builds of their targets, as services with lines, and the images that they build upon.

Variables have their defaults. A setting is read in the target that has it: what other targets inherit is not repeated. A value
that only a build knows stays a reference. ``unresolved`` has Dockerfiles that are written in a target.
Raises: ValueError if the text is neither HCL nor JSON.
**Source:** docs.docker.com, "Bake file reference".
"""

import re
from collections.abc import Iterator
from typing import Any

from careen.formats.data import yaml_document
from careen.formats.data.yaml_document import Mapping, as_text
from careen.formats.terraform.evaluate import Budget, Evaluator
from careen.formats.terraform.parse import parse
from careen.formats.terraform.syntax import Body
from careen.formats.terraform.values import UnknownValue, placed, unknown

from .compose import Compose, Unresolved, of_containers
from .compose_service import Service

MAX_TARGETS = 1000
_NAME = re.compile(r"(?i)(?:.*[._-])?bake(?:[._-].*)?\.(?:hcl|json)")
_IMAGE = "docker-image://"
_BUILD = ("context", "dockerfile", "args", "entitlements", "network")


def is_bake(path: str) -> bool:
    return _NAME.fullmatch(path.rpartition("/")[2]) is not None


def read(text: str, path: str) -> Compose:
    targets = _in_json(text) if path.lower().endswith(".json") else _in_hcl(parse(text))
    services: list[Service] = []
    unresolved: list[Unresolved] = []
    for name, target in targets:
        if len(services) >= MAX_TARGETS:
            unresolved.append(Unresolved(f"targets after the first {MAX_TARGETS}", path, target.line))
            break
        build = Mapping(target.line)
        for key in _BUILD:
            if key in target:
                yaml_document.put(build, key, target[key], target.lines[key])
        node = Mapping(target.line)
        yaml_document.put(node, "build", build, target.line)
        services.append(Service(name, node, path, {}, "target"))
        services += _images(name, target, path)
        if "dockerfile-inline" in target:
            unresolved.append(Unresolved(f"the Dockerfile in target {name}", path, target.lines["dockerfile-inline"]))
    return of_containers(path, services, unresolved=unresolved)


def _images(name: str, target: Mapping, path: str) -> Iterator[Service]:
    """The images that replace the names of stages or of images in the Dockerfile."""
    contexts = target.map("contexts")
    for key in contexts:
        image = contexts.text(key)
        if image.startswith(_IMAGE):
            node = Mapping(contexts.lines[key])
            yaml_document.put(node, "image", image.removeprefix(_IMAGE), contexts.lines[key])
            yield Service(f"{key} of target {name}", node, path, {}, "context")


def _in_json(text: str) -> Iterator[tuple[str, Mapping]]:
    for document in yaml_document.read(text):
        if isinstance(document, Mapping):
            targets = document.map("target")
            yield from ((name, targets.map(name)) for name in targets if targets.map(name))


def _in_hcl(body: Body) -> Iterator[tuple[str, Mapping]]:
    evaluator = Evaluator(lambda first, name, names: unknown(f"{first}.{name}"), Budget(), lambda path: None)
    names: dict[str, Any] = {}
    for block in body.of_type("variable"):
        default = block.body.settings.get("default")
        for label in block.labels[:1]:
            names[label] = evaluator.value(default.expression, names) if default else unknown(label)
    for name, setting in body.settings.items():
        names[name] = evaluator.value(setting.expression, names)
    for block in body.of_type("target"):
        target = Mapping(block.line)
        target.end_line = block.end_line
        for name, setting in block.body.settings.items():
            value = placed(evaluator.value(setting.expression, names), setting.line, setting.end_line)
            yaml_document.put(target, name, _with_references(value), setting.line)
        yield " ".join(block.labels), target


def _with_references(value: Any) -> Any:
    """The value, in which each part that is not known is a reference."""
    if isinstance(value, UnknownValue):
        return "${unknown}"
    if isinstance(value, dict | list):
        for key, item in list(value.items() if isinstance(value, dict) else enumerate(value)):
            value[key] = _with_references(item)
        return value
    return value if isinstance(value, bool) else as_text(value)
