"""Documents as input of Rego checks: plain data with lines, and the way back from keys to file and line.

| kind       | input                                                                       | one per    |
|------------|-----------------------------------------------------------------------------|------------|
| kubernetes | ``path``, ``line``, ``document`` (the resource), ``lines``                  | resource   |
| compose    | ``path``, ``services``, ``networks``, ``volumes``, ``secrets``, ``configs`` | project    |
| dockerfile | ``path``, ``stages`` with ``name``, ``image``, ``line``, ``instructions``   | file       |
| running    | ``containers`` with ``name``, ``image``, ``user``, ``service``              | engine     |
| terraform  | ``resources`` with ``type``, ``name``, ``address``, ``values`` …            | run        |
| image      | ``config``, ``files`` with ``path``, ``kind``, ``mode``, ``uid``, ``gid``   | image      |

``lines`` has the line of each entry of a mapping or sequence by its JSON pointer (RFC 6901).
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from careen.formats.data import yaml_document
from careen.formats.data.yaml_document import Mapping, Sequence
from careen.formats.services.compose import Compose
from careen.formats.terraform.resource import Terraform

from .kind import View

MAX_FILES = 200_000


def kubernetes(document: Any) -> Iterator[View]:
    for resource in document.resources:

        def where(*keys: str | int, resource: Any = resource) -> tuple[str, int | None]:
            return resource.path, resource.node.line_of(*keys)

        node = resource.node
        known = {"path": resource.path, "line": node.line, "document": node, "lines": _lines(node)}
        yield View(known, resource.path, node.line, where)


def _lines(node: Mapping) -> dict[str, int]:
    found = {}
    for path, here in yaml_document.walk(node):
        pointer = "".join("/" + str(key).replace("~", "~0").replace("/", "~1") for key in path)
        if isinstance(here, Mapping):
            found.update({f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}": line for key, line in here.lines.items()})
        elif isinstance(here, Sequence):
            found.update({f"{pointer}/{index}": line for index, line in enumerate(here.lines)})
    return found


def compose(document: Compose) -> Iterator[View]:
    services = {service.name: service for service in document.services}

    def where(*keys: str | int) -> tuple[str, int | None]:
        if len(keys) > 1 and keys[0] == "services" and keys[1] in services:
            return services[str(keys[1])].where(*keys[2:])
        sections = getattr(document, str(keys[0]), None) if keys else None
        if isinstance(sections, dict) and len(keys) > 1 and keys[1] in sections:
            found: tuple[str, int | None] = sections[keys[1]].where(*keys[2:])
            return found
        return document.path, None

    known: dict[str, Any] = {"path": document.path, "services": {name: service.node for name, service in services.items()}}
    for what in ("networks", "volumes", "secrets", "configs"):
        known[what] = {name: section.node for name, section in getattr(document, what).items()}
    yield View(known, document.path, None, where)


def dockerfile(document: Any) -> Iterator[View]:
    stages = []
    for stage in document.stages:
        steps = [
            {
                "instruction": step.keyword,
                "value": step.resolve(step.instruction.text),
                "line": step.line,
                "end_line": step.end_line,
                "commands": [list(command.words) for command in step.commands],
            }
            for step in stage.steps
        ]
        stages.append({"name": stage.name, "image": stage.resolved, "line": stage.line, "instructions": steps})
    yield View({"path": document.path, "stages": stages}, document.path, None, lambda *_: (document.path, None))


def running(document: Any) -> Iterator[View]:
    known = [
        {
            "name": container.name,
            "image": container.image,
            "user": container.user,
            "service": container.service.node,
            "changes": [{"path": change.path, "kind": change.kind} for change in container.changes],
        }
        for container in document
    ]
    yield View({"containers": known}, "", None, lambda *_: ("", None))


def image(document: Any) -> Iterator[View]:
    files = [
        {"path": entry.path, "kind": entry.kind, "mode": entry.mode, "uid": entry.uid, "gid": entry.gid}
        for entry in document.filesystem.entries[:MAX_FILES]
    ]
    yield View({"config": msgspec.to_builtins(document.config), "files": files}, "", None, lambda *_: ("", None))


def terraform(document: Terraform) -> Iterator[View]:
    """One input for all resources. ``at`` begins with the address of a resource. An unknown value is a text with its
    reference: ``${var.name}``."""
    by_address = {resource.address: resource for resource in document.resources}

    def where(*keys: str | int) -> tuple[str, int | None]:
        resource = by_address.get(str(keys[0])) if keys else None
        return (resource.path, resource.values.line_of(*keys[1:])) if resource else (document.path, None)

    known = [
        {
            "type": resource.type,
            "name": resource.name,
            "address": resource.address,
            "mode": "data" if resource.is_data else "managed",
            "path": resource.path,
            "line": resource.line,
            "values": resource.values,
        }
        for resource in document.resources
    ]
    yield View({"path": document.path, "resources": known}, document.path, None, where)
