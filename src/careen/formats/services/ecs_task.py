"""Task definitions of Amazon ECS -> their containers as services, with lines.

Keys begin with a small letter in JSON, and with a capital one in CloudFormation. Under ``awsvpc`` a task has an address of its
own, so that its ports are not published on a host. A setting whose value is a reference is in ``unresolved``.
Raises: ValueError if the text has no task definition.
**Source:** Amazon ECS API reference, RegisterTaskDefinition.
"""

import re
from collections.abc import Iterator
from typing import Any

from careen.formats.data import yaml_document
from careen.formats.data.yaml_document import Mapping, Sequence, add, as_text, put

from .compose import Compose
from .compose_service import Service
from .job_container import jobs_of, rows_of

_SAME = {
    "image": "image", "privileged": "privileged", "user": "user", "readonlyRootFilesystem": "read_only", "links": "links",
    "command": "command", "entryPoint": "entrypoint", "dockerSecurityOptions": "security_opt", "dnsServers": "dns",
    "dockerLabels": "labels", "workingDirectory": "working_dir",
}  # fmt: skip
_DECISIVE = (
    "privileged",
    "readonlyRootFilesystem",
    "user",
    "dockerSecurityOptions",
    "mountPoints",
    "environment",
    "linuxParameters",
)
_OF_TASK = ("networkMode", "pidMode", "ipcMode", "volumes")
_PLACEHOLDER = re.compile(r"<\w{1,200}>")  # which an action or a script replaces

Found = Iterator[Service | tuple[str, int]]


def read(text: str, path: str) -> Compose:
    """The containers of task definitions in JSON."""
    rows_of(text)  # for its limit of size
    documents = [document for document in yaml_document.read(text) if isinstance(document, Mapping)]
    tasks = [document.map("taskDefinition") or document for document in documents]
    if not any(isinstance(task.get("containerDefinitions"), Sequence) for task in tasks):
        raise ValueError("no task definition of ECS")
    return jobs_of(path, (found for task in tasks for found in containers(task, path)))


def containers(task: Mapping, path: str) -> Found:
    """The containers of a task, and the settings whose value is not known, each with its line."""
    for key in _OF_TASK:
        value, line = _at(task, key)
        if _is_reference(value):
            yield f"{key} of a task", line
    listed, line = _at(task, "containerDefinitions")
    if not isinstance(listed, Sequence):
        yield "containers of a task", line
        return
    hosts = {as_text(_at(volume, "name")[0]): _at(volume, "host")[0] for volume, _ in _each(task, "volumes")}
    for described, line in zip(listed, listed.lines, strict=True):
        if not isinstance(described, Mapping):
            yield "a container of a task", line
            continue
        name = as_text(_at(described, "name")[0]) or "container"
        for key in _DECISIVE:
            value, at = _at(described, key)
            if _is_reference(value):
                yield f"{key} of container {name}", at
        yield Service(name, _node(described, task, hosts), path, {}, "container")


def _node(described: Mapping, task: Mapping, hosts: dict[str, Any]) -> Mapping:
    node = Mapping(described.line)
    node.end_line = described.end_line
    for key, ours in _SAME.items():
        value, line = _at(described, key)
        if value is not None:
            put(node, ours, value, line)
    image = node.text("image")
    if _PLACEHOLDER.fullmatch(image):
        put(node, "image", f"${{{image[1:-1]}}}", node.lines["image"])
    for key, item, line in (*_linux(described), *_mounts(described, hosts), *_pairs(described)):
        add(node, key, item, line)
    for key, ours in (("pidMode", "pid"), ("ipcMode", "ipc")):
        value, line = _at(task, key)
        if value == "host":
            put(node, ours, "host", line)
    mode, line = _at(task, "networkMode")
    if mode in ("host", "none"):
        put(node, "network_mode", mode, line)
    has_own_address = mode == "awsvpc" or "FARGATE" in _texts(_at(task, "requiresCompatibilities")[0])
    if not has_own_address and mode != "none":
        for key, item, line in _ports(described):
            add(node, key, item, line)
    memory, line = next((found for found in (_at(described, "memory"), _at(task, "memory")) if as_text(found[0])), (None, 0))
    if memory is not None:
        put(node, "mem_limit", f"{as_text(memory)}m", line)
    check, line = _at(described, "healthCheck")
    if isinstance(check, Mapping):
        put(node, "healthcheck", check, line)
    driver, line = _at(_at(described, "logConfiguration")[0], "logDriver")
    if driver:
        logging = Mapping(line)
        put(logging, "driver", driver, line)
        put(node, "logging", logging, line)
    return node


def _ports(described: Mapping) -> Iterator[tuple[str, Any, int]]:
    for port, line in _each(described, "portMappings"):
        made = Mapping(line)
        for key, ours in (("containerPort", "target"), ("hostPort", "published"), ("protocol", "protocol")):
            if text := as_text(_at(port, key)[0]):
                put(made, ours, text, _at(port, key)[1])
        yield "ports", made, line


def _linux(described: Mapping) -> Iterator[tuple[str, Any, int]]:
    linux, _ = _at(described, "linuxParameters")
    capabilities, _ = _at(linux, "capabilities")
    for key in ("add", "drop"):
        named, _ = _at(capabilities, key)
        if isinstance(named, Sequence):
            yield from ((f"cap_{key}", item, line) for item, line in zip(named, named.lines, strict=True))
    for device, line in _each(linux, "devices"):
        host = as_text(_at(device, "hostPath")[0])
        yield "devices", f"{host}:{as_text(_at(device, 'containerPath')[0]) or host}", line
    for mount, line in _each(linux, "tmpfs"):
        options = ",".join(_texts(_at(mount, "mountOptions")[0]))
        yield "tmpfs", f"{as_text(_at(mount, 'containerPath')[0])}:{options}".rstrip(":"), line


def _mounts(described: Mapping, hosts: dict[str, Any]) -> Iterator[tuple[str, Any, int]]:
    for mount, line in _each(described, "mountPoints"):
        name = as_text(_at(mount, "sourceVolume")[0])
        host = as_text(_at(hosts.get(name), "sourcePath")[0])
        made = Mapping(line)
        put(made, "type", "bind" if host else "volume", line)
        put(made, "source", host or name, line)
        put(made, "target", as_text(_at(mount, "containerPath")[0]), line)
        put(made, "read_only", _at(mount, "readOnly")[0], line)
        yield "volumes", made, line
    for mount, line in _each(described, "volumesFrom"):
        mode = ":ro" if _at(mount, "readOnly")[0] is True else ""
        yield "volumes_from", as_text(_at(mount, "sourceContainer")[0]) + mode, line


def _pairs(described: Mapping) -> Iterator[tuple[str, Any, int]]:
    """The lists of names with values."""
    for key, ours, name, value in (
        ("environment", "environment", "name", "value"),
        ("extraHosts", "extra_hosts", "hostname", "ipAddress"),
        ("systemControls", "sysctls", "namespace", "value"),
    ):
        for pair, line in _each(described, key):
            yield ours, f"{as_text(_at(pair, name)[0])}={as_text(_at(pair, value)[0])}", line


def _at(node: Any, key: str) -> tuple[Any, int]:
    """The value of a key, in either spelling, and its line."""
    if not isinstance(node, Mapping):
        return None, 0
    name = key if key in node else key[0].upper() + key[1:]
    return node.get(name), node.lines.get(name, node.line)


def _each(node: Any, key: str) -> Iterator[tuple[Mapping, int]]:
    value, _ = _at(node, key)
    if isinstance(value, Sequence):
        yield from ((item, line) for item, line in zip(value, value.lines, strict=True) if isinstance(item, Mapping))


def _texts(value: Any) -> list[str]:
    return [as_text(item) for item in value] if isinstance(value, Sequence) else [as_text(value)]


def _is_reference(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("${")
