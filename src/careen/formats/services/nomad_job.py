"""Jobs of Nomad -> the containers of their tasks as services, with lines.

Variables have their defaults; a value that only Nomad knows stays a reference. ``unresolved`` has tasks of drivers that start
no container, and settings whose value is not known.
Raises: ValueError if the text is not HCL.
**Source:** HashiCorp Nomad, "Job Specification"; the drivers docker and podman, "Task Configuration".
"""

from collections.abc import Iterator
from typing import Any

from careen.formats.data.yaml_document import Mapping, add, as_text, put
from careen.formats.terraform.evaluate import Budget, Evaluator
from careen.formats.terraform.parse import parse
from careen.formats.terraform.syntax import Block, Body
from careen.formats.terraform.values import UnknownValue, placed, unknown

from .compose import Compose
from .compose_service import Service
from .job_container import ISOLATION, jobs_of

_DRIVERS = frozenset(("docker", "podman", "containerd-driver"))
_SAME = ("image", "privileged", "entrypoint", "security_opt", "group_add", "cap_add", "cap_drop", "extra_hosts", "volumes")
_RENAMED = {
    "network_mode": "network_mode", "pid_mode": "pid", "ipc_mode": "ipc", "userns_mode": "userns_mode", "uts_mode": "uts",
    "readonly_rootfs": "read_only", "pids_limit": "pids_limit", "dns_servers": "dns", "pid": "pid", "userns": "userns_mode",
    "cgroupns": "cgroup", "read_only": "read_only", "runtime": "runtime", "user": "user", "tmpfs": "tmpfs",
}  # fmt: skip
_MEMORY = 300  # MiB that Nomad gives a task without a setting

Found = Iterator[Service | tuple[str, int]]


def read(text: str, path: str) -> Compose:
    return jobs_of(path, _found(parse(text), path))


def _found(body: Body, path: str) -> Found:
    values = _Values(body)
    for job in body.of_type("job"):
        for group in (*job.body.of_type("group"), job):
            volumes = group.body.of_type("volume")
            sources = {" ".join(volume.labels): values.of(volume).text("source") for volume in volumes}
            ports = [port for network in group.body.of_type("network") for port in values.of(network).maps("port")]
            for task in group.body.of_type("task"):
                yield from _task(task, values, sources, ports, path)


class _Values:
    """The values of settings and blocks."""

    def __init__(self, body: Body) -> None:
        self._evaluator = Evaluator(lambda first, name, names: unknown(f"{first}.{name}"), Budget(), lambda path: None)
        given = Mapping()
        for block in body.of_type("variable"):
            default = block.body.settings.get("default")
            for label in block.labels[:1]:
                put(given, label, self._evaluator.value(default.expression, {}) if default else unknown(label), block.line)
        self._names: dict[str, Any] = {"var": given}
        local = Mapping()
        for block in body.of_type("locals"):
            for name, setting in block.body.settings.items():
                put(local, name, self._evaluator.value(setting.expression, self._names), setting.line)
        self._names["local"] = local

    def of(self, block: Block) -> Mapping:
        """The settings of a block; blocks in it are sequences of mappings."""
        found = Mapping(block.line)
        found.end_line = block.end_line
        for name, setting in block.body.settings.items():
            value = placed(self._evaluator.value(setting.expression, self._names), setting.line, setting.end_line)
            put(found, name, value, setting.line)
        for inner in block.body.blocks:
            value = self.of(inner)
            if inner.labels:
                put(value, "name", inner.labels[0], inner.line)
            add(found, inner.type, value, inner.line)
        return found


def _task(task: Block, values: _Values, sources: dict[str, str], ports: list[Mapping], path: str) -> Found:
    described = values.of(task)
    name = " ".join(task.labels)[:200]
    driver = as_text(described.get("driver"))
    if driver not in _DRIVERS:
        yield f"task {name} of the driver {driver or 'unknown'}", described.lines.get("driver", task.line)
        return
    node = Mapping(task.line)
    node.end_line = task.end_line
    config = next(iter(described.maps("config")), Mapping(task.line))
    for key, value in config.items():
        ours = key if key in _SAME else _RENAMED.get(key)
        if ours in ISOLATION and isinstance(value, UnknownValue) and value.whole:
            yield f"{key} of task {name}", config.lines[key]
        elif ours:
            put(node, ours, value, config.lines[key])
    if user := as_text(described.get("user")):
        put(node, "user", user, described.lines["user"])
    for variable, value in (pair for block in described.maps("env") for pair in block.items()):
        add(node, "environment", f"{variable}={as_text(value)}", described.line_of("env", 0, variable))
    for key in ("command", "args"):
        for word in config.texts(key):
            add(node, "command", word, config.lines[key])
    for key, item, line in (*_mounts(config), *_group_volumes(described, sources), *_ports(config, ports)):
        add(node, key, item, line)
    for logging in config.maps("logging"):
        made = Mapping(logging.line)
        put(made, "driver", logging.get("type") or logging.get("driver"), logging.line)
        put(node, "logging", made, logging.line)
    for auth in config.maps("auth"):
        password = as_text(auth.get("password"))
        if password and "$" not in password:
            secret = Mapping(auth.lines["password"])
            put(secret, "content", password, secret.line)
            put(node, "credentials", secret, secret.line)
    memory = next((block.get("memory_max") or block.get("memory") for block in described.maps("resources")), None)
    put(node, "mem_limit", f"{memory if isinstance(memory, int) else _MEMORY}m", task.line)
    yield Service(name, node, path, {}, "task")


def _mounts(config: Mapping) -> Iterator[tuple[str, Any, int]]:
    for key in ("mount", "mounts"):
        for mount in config.maps(key):
            made = Mapping(mount.line)
            put(made, "type", as_text(mount.get("type")) or "volume", mount.line)
            for setting, ours in (("source", "source"), ("target", "target"), ("readonly", "read_only")):
                put(made, ours, mount.get(setting), mount.lines.get(setting, mount.line))
            yield "volumes", made, mount.line
    for device in config.maps("devices"):
        host = device.text("host_path")
        yield "devices", f"{host}:{device.text('container_path') or host}", device.line


def _group_volumes(described: Mapping, sources: dict[str, str]) -> Iterator[tuple[str, Any, int]]:
    """The volumes of the group that a task mounts: Nomad's agents know their host paths, the job only names them."""
    for mount in described.maps("volume_mount"):
        made = Mapping(mount.line)
        put(made, "type", "volume", mount.line)
        put(made, "source", sources.get(mount.text("volume")) or mount.text("volume"), mount.line)
        put(made, "target", mount.text("destination"), mount.line)
        put(made, "read_only", mount.get("read_only"), mount.line)
        yield "volumes", made, mount.line


def _ports(config: Mapping, ports: list[Mapping]) -> Iterator[tuple[str, Any, int]]:
    named = set(config.texts("ports"))
    for port in ports if named else ():
        if port.text("name") in named:
            made = Mapping(port.line)
            put(made, "published", port.text("static"), port.line)
            put(made, "target", port.text("to") or port.text("static"), port.line)
            yield "ports", made, port.line
