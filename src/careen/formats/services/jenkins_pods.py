"""Jenkinsfiles -> the pods of their agents: texts in YAML, and pods that ``podTemplate`` describes by its arguments.

A text may leave out ``apiVersion`` and ``kind``, which the plugin knows. A pod of arguments becomes such a text, with each key
on the line of its argument. Nothing is evaluated: ``elsewhere`` has pods and settings that other code gives.
Raises: ValueError if calls are nested too deep.
**Source:** Jenkins, plugin kubernetes, "Pod template", "Container template", "Declarative Pipeline".
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from careen.formats.data.yaml_document import Mapping, Sequence, add, put
from careen.safety.pattern import pattern

from .groovy_calls import CALL, arguments
from .groovy_text import TEXT, Literals, literals
from .job_container import rows_of

MAX_AGENTS = 2000
MAX_PARTS = 50  # containers, volumes and variables of a pod
_AGENT = pattern(r"\b(?:podTemplate\s*(?=\()|kubernetes\s*(?=\{))")
_YAML = pattern(rf"\byaml[^\S\n]*(?:[(:][^\S\n]*)?(?:{TEXT}|(?P<name>[A-Za-z_]\w*+))")
_SET = pattern(rf"(?<![\w.])([A-Za-z_]\w*+)\s*+=\s*+{TEXT}")
_SAME = ("image", "name", "workingDir")
_DECISIVE = frozenset(
    (
        *("containers", "envVars", "hostNetwork", "hostPath", "image", "privileged", "runAsGroup", "runAsUser"),
        *("serviceAccount", "volumes"),
    )
)
_LIMITS = ("limits", "requests")
_VOLUMES = {  # call -> field of a volume, its key for each argument
    "hostPathVolume": ("hostPath", {"hostPath": "path"}),
    "emptyDirVolume": ("emptyDir", {}),
    "secretVolume": ("secret", {"secretName": "secretName"}),
    "configMapVolume": ("configMap", {"configMapName": "name"}),
    "persistentVolumeClaim": ("persistentVolumeClaim", {"claimName": "claimName", "readOnly": "readOnly"}),
    "nfsVolume": ("nfs", {"serverAddress": "server", "serverPath": "path", "readOnly": "readOnly"}),
}
_CALLS = {"containers": ("containerTemplate",), "volumes": tuple(_VOLUMES)}


class Agent(Struct, frozen=True):
    """An agent of Kubernetes: its place in the code, and its arguments."""

    start: int
    end: int
    arguments: Mapping


def agents(found: Literals) -> list[Agent]:
    """The agents of Kubernetes; one within another is a part of it."""
    made: list[Agent] = []
    for match in _AGENT.finditer(found.code):
        if (made and match.start() < made[-1].end) or len(made) == MAX_AGENTS:
            continue
        given, end = arguments(found, match.end())
        made.append(Agent(match.start(), end, given))
    return made


def pods(text: str) -> Iterator[tuple[int, str]]:
    """The pods of agents as texts in YAML, each with the number of lines before it."""
    rows_of(text)  # for its limit of size
    found = literals(text)
    assigned = _assigned(found)
    for match in _YAML.finditer(found.code):
        pod = found.text(match[1] or assigned.get(match["name"]))
        if pod and ":" in pod.value:
            yield pod.line - 1, pod.value
    for agent in agents(found):
        if described := _pod(agent.arguments):
            yield described.line - 1, flow_text(described)


def files(text: str) -> Iterator[tuple[str, int]]:
    """The names of files with pods, each with its line."""
    for agent in agents(literals(text)):
        name = agent.arguments.text("yamlFile")
        if name and not _expression(name):
            yield name, agent.arguments.line_of("yamlFile")


def elsewhere(found: Literals) -> Iterator[tuple[str, int]]:
    """What agents take from other code, and from the settings of Jenkins, each with its line."""
    assigned = _assigned(found)
    for agent in agents(found):
        given = agent.arguments
        for key in ("yaml", "yamlFile"):
            value = given.get(key)
            if isinstance(value, Mapping):
                yield f"the pod of {value.text(CALL)[:80]}()", given.line_of(key)
            elif (expression := _expression(value)) and expression not in assigned:
                yield f"the pod {value}", given.line_of(key)
        if name := given.text("inheritFrom"):
            yield f"the pod template {name[:80]} that a pod inherits from", given.line_of("inheritFrom")
        yield from _unknown(given)


def _assigned(found: Literals) -> dict[str, str]:
    """By variable, the number of the text that it gets first."""
    texts: dict[str, str] = {}
    for match in _SET.finditer(found.code):
        texts.setdefault(match[1], match[2])
    return texts


def _expression(value: object) -> str:
    """The expression that a reference is of; "" for other values."""
    return value[2:-1] if isinstance(value, str) and value.startswith("${") and value.endswith("}") else ""


def _unknown(given: Mapping) -> Iterator[tuple[str, int]]:
    for part in (given, *_containers(given), *given.maps("volumes")):
        for key in (key for key in part if key in _DECISIVE and _expression(part[key])):
            yield f"{key} of a pod template", part.line_of(key)
    for key in ("containers", "volumes"):
        items = given.seq(key)
        if len(items) > MAX_PARTS:
            yield f"{key} of a pod template after the first {MAX_PARTS}", items.lines[MAX_PARTS]
        for item, line in zip(items, items.lines, strict=True):
            if not isinstance(item, Mapping) or item.text(CALL) not in _CALLS[key]:
                yield f"an item of {key} of a pod template", line


def _containers(given: Mapping) -> list[Mapping]:
    block = given.map("containerTemplate")
    listed = [call for call in given.maps("containers") if call.text(CALL) in _CALLS["containers"]]
    return listed + [block] * bool(block)


def _pod(call: Mapping) -> Mapping | None:
    """The pod that arguments describe; None if they say nothing of containers, volumes or the host."""
    if not ({"containers", "containerTemplate", "volumes", "hostNetwork"} & call.keys()):
        return None
    spec, metadata, pod = Mapping(call.line), Mapping(call.line), Mapping(call.line)
    mounts = Sequence(call.line)
    for key, value in call.items():
        line = call.line_of(key)
        if key in ("hostNetwork", "nodeSelector"):
            put(spec, key, value, line)
        elif key == "serviceAccount":
            put(spec, "serviceAccountName", value, line)
        elif key in ("runAsUser", "runAsGroup"):
            put(_below(spec, "securityContext", line), key, _number(value), line)
        elif key == "namespace":
            put(metadata, key, value, line)
        elif key == "volumes":
            for at, volume in enumerate(call.maps(key)[:MAX_PARTS]):
                _add_volume(spec, mounts, volume, f"volume-{at}")
    for container in _containers(call)[:MAX_PARTS]:
        add(spec, "containers", _container(container), container.line)
    for container in spec.maps("containers"):
        for mount, line in zip(mounts, mounts.lines, strict=True):
            add(container, "volumeMounts", mount, line)
        for variable in call.maps("envVars")[:MAX_PARTS]:
            _add_variable(container, variable)
    put(pod, "metadata", metadata, call.line)
    put(pod, "spec", spec, call.line)
    return pod


def _container(call: Mapping) -> Mapping:
    made = Mapping(call.line)
    for key, value in call.items():
        line = call.line_of(key)
        if key in _SAME:
            put(made, key, value, line)
        elif key in ("command", "args") and isinstance(value, str) and value:
            for word in value.split():
                add(made, key, word, line)
        elif key == "alwaysPullImage" and value is True:
            put(made, "imagePullPolicy", "Always", line)
        elif key in ("privileged", "runAsUser", "runAsGroup"):
            put(_below(made, "securityContext", line), key, _number(value), line)
        elif key.startswith("resource"):
            for kind in _LIMITS:
                which = f"resource{kind[:-1].capitalize()}"
                if key.startswith(which) and value:
                    name = {"EphemeralStorage": "ephemeral-storage"}.get(key[len(which) :], key[len(which) :].lower())
                    put(_below(_below(made, "resources", line), kind, line), name, value, line)
        elif key == "envVars":
            for variable in call.maps(key):
                _add_variable(made, variable)
        elif key == "ports":
            for port in call.maps(key):
                add(made, key, _without_call(port), port.line)
    return made


def _add_variable(container: Mapping, call: Mapping) -> None:
    variable = Mapping(call.line)
    put(variable, "name", call.text("key"), call.line_of("key"))
    if "secretName" in call:
        reference = Mapping(call.line)
        put(reference, "name", call.text("secretName"), call.line_of("secretName"))
        put(reference, "key", call.text("secretKey"), call.line_of("secretKey"))
        put(_below(variable, "valueFrom", call.line), "secretKeyRef", reference, call.line)
    else:
        put(variable, "value", call.text("value"), call.line_of("value"))
    add(container, "env", variable, call.line)


def _add_volume(spec: Mapping, mounts: Sequence, call: Mapping, name: str) -> None:
    field, keys = _VOLUMES.get(call.text(CALL), ("", {}))
    if not field:
        return
    volume, source, mount = Mapping(call.line), Mapping(call.line), Mapping(call.line)
    for key, ours in keys.items():
        if key in call:
            put(source, ours, call[key], call.line_of(key))
    put(volume, "name", name, call.line)
    put(volume, field, source, call.line)
    add(spec, "volumes", volume, call.line)
    put(mount, "name", name, call.line)
    put(mount, "mountPath", call.text("mountPath"), call.line_of("mountPath"))
    if call.get("readOnly") is True:
        put(mount, "readOnly", True, call.line_of("readOnly"))
    mounts.append(mount)
    mounts.lines.append(call.line)


def _without_call(call: Mapping) -> Mapping:
    made = Mapping(call.line)
    for key, value in call.items():
        if key != CALL:
            put(made, key, value, call.line_of(key))
    return made


def _below(parent: Mapping, key: str, line: int) -> Mapping:
    if not isinstance(parent.get(key), Mapping):
        put(parent, key, Mapping(line), line)
    return parent.map(key)


def _number(value: Any) -> Any:
    return int(value) if isinstance(value, str) and re.fullmatch(r"\d{1,10}", value) else value


def flow_text(node: Mapping) -> str:
    """A mapping as YAML in one bracket, in which each key is on its line, if lines do not go back."""
    pieces: list[str] = []
    _write(node, pieces, [node.line])
    return "".join(pieces)


def _write(node: Any, pieces: list[str], at: list[int]) -> None:
    if not isinstance(node, Mapping | Sequence):
        pieces.append(json.dumps(node))
        return
    opening, closing = "{}" if isinstance(node, Mapping) else "[]"
    pieces.append(opening)
    items: Any = node.items() if isinstance(node, Mapping) else enumerate(node)
    for key, value in items:
        line = node.lines[key]
        pieces.append("\n" * (line - at[0]))
        at[0] = max(at[0], line)
        if isinstance(node, Mapping):
            pieces.append(f"{json.dumps(key)}: ")
        _write(value, pieces, at)
        pieces.append(", ")
    pieces.append(closing)
