"""Playbooks and tasks of Ansible -> the containers that they start as services, with lines.

Modules of Docker and Podman have nearly the settings of Compose; commands that a task runs are read as those of a script. A
template (``{{ x }}``) has the value that ``vars`` of the same file give it, or stays a reference. ``unresolved`` has modules
that are not read, and settings whose value is not known.
Raises: ValueError if the text is not YAML.
**Source:** Ansible collections community.docker (docker_container) and containers.podman (podman_container).
"""

import re
import shlex
from collections.abc import Iterator
from itertools import islice
from typing import Any

from careen.formats.data import yaml_document
from careen.formats.data.yaml_document import Mapping, Sequence, add, as_text, put, scalar
from careen.safety.pattern import pattern

from .compose import Compose
from .compose_service import Service
from .job_container import ISOLATION, MAX_VARIABLES, in_steps, jobs_of, rows_of

_MODULES = frozenset(("docker_container", "podman_container"))
_UNREAD = frozenset(
    ("docker_compose_v2", "docker_compose", "docker_swarm_service", "docker_stack", "podman_play", "podman_pod", "k8s")
)
_COMMANDS = frozenset(("shell", "command", "raw", "script"))
_SAME = frozenset(
    (
        *(
            "image",
            "privileged",
            "user",
            "network_mode",
            "userns_mode",
            "cap_drop",
            "cap_add",
            "devices",
            "read_only",
            "runtime",
        ),
        *(
            "pids_limit",
            "command",
            "entrypoint",
            "volumes",
            "tmpfs",
            "labels",
            "sysctls",
            "volumes_from",
            "links",
            "healthcheck",
        ),
        *("security_opt", "cgroup_parent", "cpus", "init", "pid", "ipc", "uts", "oom_score_adj"),
    )
)
_RENAMED = {
    "capabilities": "cap_add", "pid_mode": "pid", "ipc_mode": "ipc", "cgroupns_mode": "cgroup",
    "security_opts": "security_opt", "restart_policy": "restart", "memory": "mem_limit", "env": "environment",
    "groups": "group_add",
    "published_ports": "ports", "ports": "ports", "publish": "ports", "dns_servers": "dns", "etc_hosts": "extra_hosts",
    "volume": "volumes", "network": "network_mode", "userns": "userns_mode", "device": "devices", "cgroupns": "cgroup",
    "group_add": "group_add", "dns": "dns", "label": "labels", "sysctl": "sysctls",
}  # fmt: skip
_LISTS = frozenset(("volumes", "ports", "devices", "cap_add", "cap_drop", "security_opt", "tmpfs", "dns"))
_GONE = frozenset(("absent", "stopped"))
_TEMPLATE = re.compile(r"\{\{-?\s*(\w{1,200})\s*-?\}\}")
_EXPRESSION = re.compile(r"\{\{[^{}]{0,2000}\}\}")
_STARTS = pattern(
    r"(?m)^[^\S\n]*+-?[^\S\n]*+(?:[\w.]{1,100}\.)?(?:docker|podman)_container\s*:"
    r"|^[^\S\n]*+-?[^\S\n]*+(?:ansible\.(?:builtin|legacy)\.)?(?:shell|command|raw)\s*:[^\n]*\b(?:docker|podman|nerdctl)\b"
)
_PLAY = pattern(r"(?m)^-?[^\S\n]*+(?:- )?(?:name|hosts|become|tasks|block)\s*:")
MAX_NODES = 20_000


def is_ansible(text: str) -> bool:
    return _STARTS.search(text) is not None and _PLAY.search(text) is not None


def read(text: str, path: str) -> Compose:
    rows = rows_of(text)
    documents = [document for document in yaml_document.read(text) if isinstance(document, Sequence)]
    return jobs_of(path, (found for document in documents for found in _containers(document, rows, path)))


def _containers(document: Sequence, rows: list[str], path: str) -> Iterator[Service | tuple[str, int]]:
    nodes = list(yaml_document.walk(document, MAX_NODES))
    known: dict[str, str] = {}
    for _, node in nodes:
        if isinstance(node, Mapping) and isinstance(node.get("vars"), Mapping):
            known |= {name: as_text(value)[:4096] for name, value in islice(node["vars"].items(), MAX_VARIABLES)}
    known = {name: value for name, value in known.items() if value and "{{" not in value}
    for _, node in nodes:
        for key in node if isinstance(node, Mapping) else ():
            module, line = key.rpartition(".")[2], node.lines.get(key, node.line)
            if module in _MODULES:
                yield from _of_module(node[key], known, path, line)
            elif module in _UNREAD and isinstance(node[key], Mapping):
                yield f"module {key[:100]}", line
            elif module in _COMMANDS:
                script = node[key].text("cmd") if isinstance(node[key], Mapping) else as_text(node[key])
                yield from in_steps(_resolved(script, known), rows, line, path, {})
    if len(nodes) >= MAX_NODES:
        yield f"parts after the first {MAX_NODES}", 0


def _of_module(given: Any, known: dict[str, str], path: str, line: int) -> Iterator[Service | tuple[str, int]]:
    settings = given if isinstance(given, Mapping) else _in_one_line(as_text(given), line)
    if settings.text("state") in _GONE or not settings:
        return
    name = _resolved(settings.text("name"), known) or "container"
    node = Mapping(settings.line)
    node.end_line = settings.end_line
    for key, value in settings.items():
        ours = key if key in _SAME else _RENAMED.get(key)
        if ours is None:
            continue
        at = settings.lines.get(key, line)
        value = _with_values(value, known)
        if ours in ISOLATION and isinstance(value, str) and value.startswith("${"):
            yield f"{key} of container {name}", at
        elif ours == "extra_hosts" and isinstance(value, Mapping):
            for host in value:
                add(node, ours, f"{host}={value.text(host)}", value.lines[host])
        elif ours in _LISTS and not isinstance(value, Sequence | Mapping):
            for item in as_text(value).split(","):
                add(node, ours, item.strip(), at)
        else:
            put(node, ours, value, at)
    for network in settings.seq("networks"):
        text = network.text("name") if isinstance(network, Mapping) else as_text(network)
        add(node, "networks", _resolved(text, known), settings.lines["networks"])
    if driver := settings.text("log_driver"):
        logging = Mapping(settings.lines["log_driver"])
        put(logging, "driver", driver, logging.line)
        put(node, "logging", logging, logging.line)
    yield Service(name[:200], node, path, {}, "container")


def _in_one_line(text: str, line: int) -> Mapping:
    """The settings of the short form, ``name=a image=b``."""
    found = Mapping(line)
    try:
        words = shlex.split(text)
    except ValueError:
        return found
    for word in words:
        key, equals, value = word.partition("=")
        if equals and value:
            put(found, key, scalar(value), line)
    return found


def _with_values(value: Any, known: dict[str, str]) -> Any:
    """The value with templates resolved, as the types that Ansible makes of them; YAML bounds the depth."""
    if isinstance(value, str):
        text = _resolved(value, known)
        return scalar(text) if text and text != value else text
    if isinstance(value, Sequence):
        found = Sequence(value.line)
        found.extend(_with_values(item, known) for item in value)
        found.lines, found.end_line = value.lines, value.end_line
        return found
    if isinstance(value, Mapping):
        copied = Mapping(value.line)
        copied.end_line = value.end_line
        for key, item in value.items():
            put(copied, key, _with_values(item, known), value.lines.get(key, value.line))
        return copied
    return value


def _resolved(text: str, known: dict[str, str]) -> str:
    if "{{" not in text:
        return text
    text = _TEMPLATE.sub(lambda match: known.get(match[1], f"${{{match[1]}}}"), text[: 64 * 1024])
    return _EXPRESSION.sub("${expression}", text)
