"""Programs of Pulumi in YAML -> objects of Kubernetes, and containers of Docker and of ECS's tasks as services, with lines.

An interpolation (``${name.property}``) stays a reference, and so does a function (``fn::``). ``unresolved`` has the types of
resources that are not read, and containers that are not known.
Raises: ValueError if the text is no program.
**Source:** Pulumi, "Pulumi YAML language reference"; packages kubernetes, docker and aws, their resources.
"""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Any

from msgspec import Struct

from careen.formats.data import yaml_document
from careen.formats.data.yaml_document import Mapping, Sequence, add, put
from careen.formats.kubernetes.manifest_files import Resource as KubernetesResource
from careen.formats.terraform.docker_services import docker_services
from careen.formats.terraform.resource import Resource, Terraform
from careen.safety.pattern import pattern

from . import ecs_task
from .compose import Compose
from .compose_service import Service
from .job_container import jobs_of, rows_of

MAX_TYPES = 10  # of resources, that a message names
_RUNTIME = pattern(r"(?m)^runtime\s*+:(?:\s*+\{?\s*+name\s*+:)?\s*+['\"]?yaml\b")
_OBJECT = re.compile(r"kubernetes:((?:[a-z0-9.-]+/)?v\w+):(\w+)")
_CONTAINERS = ("docker:Container", "docker:index:Container", "docker:index/container:Container")
_TASKS = ("aws:ecs:TaskDefinition", "aws:ecs/taskDefinition:TaskDefinition")
_WORD = re.compile(r"(?<=[a-z0-9])([A-Z])")
_OTHER_NAMES = {"envs": "env", "adds": "add", "drops": "drop"}  # than in the provider of Terraform

_Found = Service | tuple[str, int]


class Program(Struct, frozen=True):
    objects: tuple[KubernetesResource, ...]
    services: Compose


def is_program(text: str) -> bool:
    return _RUNTIME.search(text) is not None


def read(text: str, path: str) -> Program:
    rows_of(text)  # for its limit of size
    program = next((document for document in yaml_document.read(text) if isinstance(document, Mapping)), None)
    if program is None:
        raise ValueError("no program of Pulumi")
    resources = program.map("resources")
    objects: list[KubernetesResource] = []
    found: list[_Found] = []
    others: Counter[str] = Counter()
    for name in resources:
        resource = resources.map(name)
        type, properties = resource.text("type"), resource.map("properties")
        if match := _OBJECT.fullmatch(type):
            objects.append(_object(match, properties, name, path))
        elif type in _CONTAINERS:
            found += docker_services(Terraform(path, [_docker(properties, name, path)]))
        elif type in _TASKS:
            found += ecs_task.containers(_task(properties), path)
        else:
            others[type or "without a type"] += 1
    if others:
        named = ", ".join(f"{type[:100]}: {count}" for type, count in islice(sorted(others.items()), MAX_TYPES))
        more = f" and {len(others) - MAX_TYPES} other types" if len(others) > MAX_TYPES else ""
        found.append((f"other resources ({named}{more})", 0))
    return Program(tuple(objects), jobs_of(path, found))


def _object(type: re.Match[str], properties: Mapping, name: str, path: str) -> KubernetesResource:
    body, metadata = _copied(properties), Mapping(properties.line)
    version = type[1].removeprefix("core/")
    for key, value in (("apiVersion", version), ("kind", type[2])):
        put(body, key, value, properties.line)
    given = properties.map("metadata")
    for key, value in (*given.items(), *(() if "name" in given else (("name", name),))):
        put(metadata, key, value, given.line_of(key))
    put(body, "metadata", metadata, properties.line_of("metadata"))
    return KubernetesResource(body, path, type[2])


def _copied(node: Mapping) -> Mapping:
    made = Mapping(node.line)
    made.end_line = node.end_line
    for key, value in node.items():
        put(made, key, value, node.line_of(key))
    return made


def _docker(properties: Mapping, name: str, path: str) -> Resource:
    """The resource of the provider that this package is made of: its arguments have names with underscores."""
    values = _with_underscores(properties)
    if capabilities := values.map("capabilities"):
        values.pop("capabilities")
        add(values, "capabilities", capabilities, capabilities.line)
    return Resource("docker_container", name, "", values, path, properties.line, properties.end_line, noun="docker:Container")


def _with_underscores(node: Any) -> Any:
    if isinstance(node, Sequence):
        row = Sequence(node.line)
        row.extend(_with_underscores(item) for item in node)
        row.lines, row.end_line = node.lines, node.end_line
        return row
    if not isinstance(node, Mapping):
        return node
    made = Mapping(node.line)
    made.end_line = node.end_line
    for key, value in node.items():
        name = _WORD.sub(r"_\1", key).lower()
        put(made, _OTHER_NAMES.get(name, name), _with_underscores(value), node.line_of(key))
    return made


def _task(properties: Mapping) -> Mapping:
    """The task with its containers, which are a text of JSON, or a list that becomes one."""
    made = _copied(properties)
    written = properties.get("containerDefinitions")
    line = properties.line_of("containerDefinitions")
    containers: Any = written.get("fn::toJSON") if isinstance(written, Mapping) else None
    if isinstance(written, str):
        containers = next(iter(_documents(written)), None)
        for _, node in yaml_document.walk(containers) if isinstance(containers, Sequence) else ():
            node.line = node.end_line = line
            node.lines = dict.fromkeys(node, line) if isinstance(node, Mapping) else [line] * len(node)
    put(made, "containerDefinitions", containers if isinstance(containers, Sequence) else "${unknown}", line)
    return made


def _documents(text: str) -> Iterator[Any]:
    try:
        yield from yaml_document.read(text)
    except ValueError:  # a text with interpolations
        return
