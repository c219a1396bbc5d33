"""Podman Quadlet units of one folder -> the containers, networks and volumes that they describe, with file and line.

``.container`` units become the ``podman run`` that Quadlet generates, including ``PodmanArgs=``; a container of a ``.pod``
inherits its networks, volumes and ports; ``.network`` and ``.volume`` are sections. ``manifests`` lists what a ``.kube`` unit
plays. Drop-ins are not read.
Raises: ValueError if the text is not a unit file.
**Source:** podman-systemd.unit(5), Podman 5.
"""

import posixpath
from collections.abc import Iterable, Sequence

from careen.formats.data import yaml_document
from careen.formats.data.yaml_document import Mapping
from careen.formats.shell.run_command import Word, container

from .compose import Compose, Unresolved, of_containers
from .compose_service import Service
from .systemd_unit import Setting, read

SUFFIXES = (".container", ".pod", ".volume", ".network", ".kube", ".build", ".image")
# Keys that become options: with one value each, with all words of the value, or as a switch.
_VALUES = {
    "AddHost": "add-host", "AppArmor": "security-opt", "CgroupsMode": "cgroups", "ContainerName": "name", "DNS": "dns",
    "Entrypoint": "entrypoint", "EnvironmentFile": "env-file", "GroupAdd": "group-add", "HealthCmd": "health-cmd",
    "HostName": "hostname", "LogDriver": "log-driver", "Memory": "memory", "Mount": "mount", "Network": "network",
    "PidsLimit": "pids-limit", "PodName": "name", "PublishPort": "publish", "Pull": "pull", "Secret": "secret",
    "Tmpfs": "tmpfs", "User": "user", "UserNS": "userns", "Volume": "volume", "WorkingDir": "workdir",
}  # fmt: skip
_WORDS = {
    "AddCapability": "cap-add", "AddDevice": "device", "DropCapability": "cap-drop", "Environment": "env", "Label": "label",
    "Sysctl": "sysctl",
}  # fmt: skip
_SECURITY = {"SecurityLabelDisable": "label=disable", "NoNewPrivileges": "no-new-privileges"}


def read_units(files: Sequence[tuple[str, str]]) -> Compose:
    """Reads the units of one folder, given as (path, text); ``unresolved`` has pods without a container among the
    files."""
    units = {path: read(text) for path, text in files}
    body = Mapping()
    origins: dict[tuple[int, str], str] = {}
    pods: dict[str, tuple[str, list[Word]]] = {}
    for path, settings in units.items():
        name = posixpath.basename(path)
        stem, suffix = posixpath.splitext(name)
        if suffix in (".volume", ".network"):
            what = suffix.removeprefix(".") + "s"
            yaml_document.put(body, what, body.get(what) or Mapping(1), 1)
            yaml_document.put(body[what], stem, _section(settings), 1)
            origins[id(body[what]), stem] = path
        elif suffix == ".pod":
            pods[name] = path, [word for setting in settings if setting.section == "Pod" for word in _option(setting)]
    services = []
    for path, settings in units.items():
        if path.endswith(".container"):
            service = _container(path, settings)
            services.append(service)
            pod = next((setting.value for setting in settings if setting.section == "Container" and setting.key == "Pod"), "")
            if pod in pods:
                where, words = pods[pod]
                _join(service, where, words)
                pods[pod] = (
                    where,
                    [word for word in words if not word.text.startswith("--publish=")],
                )  # published by one container only
    joined = {setting.value for settings in units.values() for setting in settings if setting.key == "Pod"}
    alone = (Unresolved(f"containers of {name}", path, 1) for name, (path, words) in pods.items() if name not in joined)
    return of_containers(files[0][0], services, body, origins, alone)


def manifests(text: str) -> list[tuple[str, int]]:
    """The Kubernetes manifests that a ``.kube`` unit plays, each with its line."""
    return [
        (setting.value, setting.line)
        for setting in read(text)
        if setting.section == "Kube" and setting.key == "Yaml" and setting.value
    ]


def _container(path: str, settings: Iterable[Setting]) -> Service:
    options: list[Word] = []
    command: list[Word] = []
    image: list[Word] = []
    name = posixpath.splitext(posixpath.basename(path))[0]
    line = 1
    for setting in settings:
        if setting.section != "Container":
            continue
        line = line if image or options or command else setting.line
        if setting.key == "Image":
            image = [Word(setting.value, setting.line)]
        elif setting.key == "Exec":
            command = setting.words()
        else:
            options += _option(setting)
    return container([*options, *image, *command], path, line, name=name)


def _join(service: Service, path: str, words: Sequence[Word]) -> None:
    """Adds the settings of a pod to its container, which keeps its own; ``path`` is the pod's."""
    of_pod = container(words, path, 1).node
    for key, value in of_pod.items():
        own = service.node.get(key)
        if key == "container_name":
            continue
        if isinstance(own, yaml_document.Sequence) and isinstance(value, yaml_document.Sequence):
            for item, line in zip(value, value.lines, strict=True):
                service.origins[id(own), str(len(own))] = path
                yaml_document.add(service.node, key, item, line)
        elif own is None:
            yaml_document.put(service.node, key, value, of_pod.lines[key])
            service.origins[id(service.node), key] = path


def _option(setting: Setting) -> list[Word]:
    key, line = setting.key, setting.line
    if key in ("PodmanArgs", "GlobalArgs"):
        return setting.words() if key == "PodmanArgs" else []
    if key in _VALUES:
        option = _VALUES[key]
        value = _plain(setting.value)
        if key == "AppArmor":
            value = f"apparmor={value}"
        return [Word(f"--{option}={value}", line)] if value else []
    if key in _WORDS:
        return [Word(f"--{_WORDS[key]}={_plain(word.text)}", word.line) for word in setting.words()]
    if key in _SECURITY and setting.is_on():
        return [Word(f"--security-opt={_SECURITY[key]}", line)]
    if key == "SeccompProfile":
        return [Word(f"--security-opt=seccomp={setting.value}", line)]
    if key == "Unmask" and setting.value.upper() == "ALL":
        return [Word("--security-opt=unmask=ALL", line)]
    if key == "ReadOnly" and setting.is_on():
        return [Word("--read-only", line)]
    return []


def _plain(value: str) -> str:
    """The value without the suffixes of other units' names: ``data.volume:/data`` is the volume ``data``."""
    head, colon, rest = value.partition(":")
    for suffix in (".volume", ".network", ".container"):
        if "/" not in head and head.endswith(suffix):
            head = head.removesuffix(suffix)
    for field in ("source=", "src="):
        before, mark, after = head.partition(field)
        if mark:
            name, comma, more = after.partition(",")
            head = before + mark + name.removesuffix(".volume") + comma + more
    return head + colon + rest


def _section(settings: Iterable[Setting]) -> Mapping:
    """The settings of a network or volume in the form of a Compose file."""
    node, options = Mapping(1), Mapping(1)
    for setting in settings:
        value, line = setting.value, setting.line
        if setting.key == "Driver":
            yaml_document.put(node, "driver", value, line)
        elif setting.key == "Internal":
            yaml_document.put(node, "internal", setting.is_on(), line)
        elif setting.key in ("Type", "Device"):
            yaml_document.put(options, setting.key.lower(), value, line)
        elif setting.key == "Options":
            key, _, rest = value.partition("=") if setting.section == "Network" else ("o", "=", value)
            yaml_document.put(options, key, rest, line)
    if options:
        yaml_document.put(node, "driver_opts", options, min(options.lines.values()))
    return node
