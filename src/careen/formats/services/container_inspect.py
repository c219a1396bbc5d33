"""``docker inspect`` of a running container -> a service as in a Compose file, and its differences from its image.

The service leaves out what the container inherits from its image: variables, labels, command, user. Credentials are redacted
here; their names stay, so that checks can report them.
Raises: ValueError if the value does not describe a container.
**Source:** Docker Engine API 1.43, "Inspect a container"; podman-container-inspect(1), its compatible form.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from careen.formats.data import yaml_document
from careen.formats.services import credentials

from .compose_service import EVERYWHERE, Service

REDACTED = "(redacted)"
MAX_CHANGES = 100_000
_KINDS = {0: "changed", 1: "added", 2: "deleted"}


class Change(Struct, frozen=True):
    path: str
    kind: str  # changed, added, deleted


class Running(Struct, frozen=True):
    """A running container. ``image_user`` and ``image_command`` are None if unknown; ``missing`` names what the
    engine does not report."""

    name: str
    image: str
    service: Service
    user: str
    image_user: str | None
    command: tuple[str, ...]
    image_command: tuple[str, ...] | None
    added_variables: tuple[str, ...]  # their names
    changes: tuple[Change, ...]
    moved: bool  # the image's name refers to another image now
    missing: tuple[str, ...]


def read(container: Mapping[str, Any], engine: str, image: Any = None, tagged: Any = None, changes: Any = None) -> Running:
    """Reads the description of a container. ``image`` describes the image that it runs, ``tagged`` the image that its
    image's name refers to now, ``changes`` its changed files; None if unknown."""
    config, host = _map(container, "Config"), _map(container, "HostConfig")
    if not config or not host:
        raise ValueError("not a description of a container")
    id = _text(container.get("Id"))
    name = _text(container.get("Name")).lstrip("/") or id[:12]
    known = _map(image, "Config") if isinstance(image, dict) else {}
    has_image = isinstance(image, dict)
    command = (*_texts(config.get("Entrypoint")), *_texts(config.get("Cmd")))
    image_command = (*_texts(known.get("Entrypoint")), *_texts(known.get("Cmd")))
    given = _environment(config, known)
    node = yaml_document.Mapping(0)
    for key, value in _fields(container, config, host, engine):
        if value not in (None, "", 0, [], {}, False):
            yaml_document.put(node, key, value, 0)
    for pair in given:
        yaml_document.add(node, "environment", "=".join(pair), 0)
    if not has_image or command != image_command:
        for word in _redacted_words(command):
            yaml_document.add(node, "command", word, 0)
    for label, value in _map(config, "Labels").items():
        if _map(known, "Labels").get(label) != value:
            yaml_document.add(node, "labels", f"{label}={_redacted(label, _text(value))}", 0)
    now = tagged.get("Id") if isinstance(tagged, dict) else None
    reference = _text(config.get("Image"))
    return Running(
        name=name,
        image=reference,
        service=Service(name, node, name, {}, "container"),
        user=_text(config.get("User")),
        image_user=_text(known.get("User")) if has_image else None,
        command=_redacted_words(command),
        image_command=image_command if has_image else None,
        added_variables=tuple(variable for variable, _ in given) if has_image else (),
        changes=tuple(_changes(changes)),
        moved=bool(now) and _plain_id(now) != _plain_id(container.get("Image")) and not _is_id(reference),
        missing=(*(() if has_image else ("its image",)), *(() if isinstance(changes, list) else ("its changed files",))),
    )


def _fields(
    container: Mapping[str, Any], config: Mapping[str, Any], host: Mapping[str, Any], engine: str
) -> Iterator[tuple[str, Any]]:
    yield "image", _text(config.get("Image"))
    yield "user", _text(config.get("User"))
    yield from _isolation(container, host, engine)
    yield from _resources_of_host(container, host)
    yield from _limits(host, engine)
    policy = _map(host, "RestartPolicy")
    count = _number(policy.get("MaximumRetryCount"))
    name = _text(policy.get("Name"))
    yield "restart", "" if name == "no" else f"{name}:{count:g}" if count else name
    yield "logging", _mapping("driver", _text(_map(host, "LogConfig").get("Type")))
    yield "healthcheck", _mapping("test", _sequence(_texts(_map(config, "Healthcheck").get("Test"))))


def _isolation(container: Mapping[str, Any], host: Mapping[str, Any], engine: str) -> Iterator[tuple[str, Any]]:
    """The settings of privileges and namespaces."""
    yield "privileged", host.get("Privileged") is True
    yield "read_only", host.get("ReadonlyRootfs") is True
    yield "cap_add", _sequence(_texts(host.get("CapAdd")))
    yield "cap_drop", _sequence(_texts(host.get("CapDrop")))
    yield "group_add", _sequence(_texts(host.get("GroupAdd")))
    yield "security_opt", _sequence(_security(container, host))
    yield "sysctls", _sequence(f"{name}={_text(value)}" for name, value in _map(host, "Sysctls").items())
    for key, field in (("pid", "PidMode"), ("ipc", "IpcMode"), ("uts", "UTSMode"), ("userns_mode", "UsernsMode")):
        mode = _text(host.get(field))
        yield key, "" if mode == "shareable" and engine == "podman" else _short(mode)  # Podman's default
    yield "cgroup", _text(host.get("CgroupnsMode"))
    mode = _text(host.get("NetworkMode"))
    yield "network_mode", _short(mode) if mode in ("host", "none") or mode.startswith(("container:", "ns:")) else ""


def _resources_of_host(container: Mapping[str, Any], host: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The settings of networks, files and devices."""
    networks = _map(_map(container, "NetworkSettings"), "Networks")
    yield "networks", _sequence(name for name in networks if name not in ("bridge", "podman", "host", "none"))
    yield "ports", _sequence(_ports(container, host))
    yield "extra_hosts", _sequence(_texts(host.get("ExtraHosts")))
    yield "dns", _sequence(_texts(host.get("Dns")))
    yield "links", _sequence(_texts(host.get("Links")))
    yield "volumes", _sequence(_mounts(container))
    yield "volumes_from", _sequence(_texts(host.get("VolumesFrom")))
    yield "tmpfs", _sequence(f"{path}:{_text(options)}" for path, options in _map(host, "Tmpfs").items())
    paths = (_text(device.get("PathOnHost")) for device in _maps(host.get("Devices")))
    yield "devices", _sequence(path for path in paths if path)
    yield "device_cgroup_rules", _sequence(_texts(host.get("DeviceCgroupRules")))
    yield "gpus", "all" if any(_all_processors(request) for request in _maps(host.get("DeviceRequests"))) else ""


def _limits(host: Mapping[str, Any], engine: str) -> Iterator[tuple[str, Any]]:
    yield "mem_limit", _number(host.get("Memory"))
    yield "cpus", _number(host.get("NanoCpus")) / 1e9
    yield "cpu_quota", _number(host.get("CpuQuota"))
    yield "pids_limit", _number(host.get("PidsLimit"))
    yield "oom_kill_disable", host.get("OomKillDisable") is True
    yield "oom_score_adj", _number(host.get("OomScoreAdj"), least=-1000)
    yield "cgroup_parent", _text(host.get("CgroupParent")) if engine == "docker" else ""  # Podman always sets its own


def _security(container: Mapping[str, Any], host: Mapping[str, Any]) -> Iterator[str]:
    yield from _texts(host.get("SecurityOpt"))
    if _text(container.get("AppArmorProfile")) == "unconfined" and not any(
        "apparmor" in entry for entry in _texts(host.get("SecurityOpt"))
    ):
        yield "apparmor=unconfined"
    if host.get("MaskedPaths") == [] and host.get("Privileged") is not True:
        yield "systempaths=unconfined"


def _mounts(container: Mapping[str, Any]) -> Iterator[yaml_document.Mapping]:
    for entry in _maps(container.get("Mounts")):
        if entry.get("Type") not in ("bind", "volume"):
            continue
        mount = yaml_document.Mapping(0)
        name = entry.get("Name") if entry["Type"] == "volume" else entry.get("Source")
        fields = {"type": entry["Type"], "source": _text(name), "target": _text(entry.get("Destination"))}
        fields["read_only"] = entry.get("RW") is False
        for key, value in fields.items():
            yaml_document.put(mount, key, value, 0)
        if entry["Type"] == "bind" and entry.get("Propagation"):
            yaml_document.put(mount, "bind", _mapping("propagation", _text(entry["Propagation"])), 0)
        yield mount


def _ports(container: Mapping[str, Any], host: Mapping[str, Any]) -> Iterator[yaml_document.Mapping]:
    """Published ports; a port that is published on all IPv4 and all IPv6 addresses counts once."""
    bound = _map(_map(container, "NetworkSettings"), "Ports") or _map(host, "PortBindings")
    seen = set()
    for inside, places in bound.items():
        target, _, protocol = inside.partition("/")
        for place in _maps(places):
            address = _text(place.get("HostIp"))
            key = ("" if address in EVERYWHERE else address, _text(place.get("HostPort")), target, protocol or "tcp")
            if key in seen:
                continue
            seen.add(key)
            port = yaml_document.Mapping(0)
            for field, value in zip(("host_ip", "published", "target", "protocol"), key, strict=True):
                yaml_document.put(port, field, value, 0)
            yield port


def _all_processors(request: Mapping[str, Any]) -> bool:
    wanted = request.get("Capabilities")
    listed = wanted if isinstance(wanted, list) else ()
    return request.get("Count") == -1 and any(
        "gpu" in capabilities for capabilities in listed if isinstance(capabilities, list)
    )


def _environment(config: Mapping[str, Any], known: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Variables that the image does not set to the same value; credentials are redacted."""
    own = set(_texts(known.get("Env")))
    pairs = (text.partition("=") for text in _texts(config.get("Env")) if text not in own)
    return [(name, _redacted(name, value)) for name, _, value in pairs]


def _redacted(name: str, value: str) -> str:
    """The value, or if it is a credential a placeholder, which checks still recognise as a credential."""
    if not credentials.is_credential(name, value):
        return value
    if credentials.names_credential(name):
        return REDACTED
    return f"-----BEGIN PRIVATE KEY-----{REDACTED}" if credentials.holds_key(value) else f"redacted://user:{REDACTED}@host"


def _redacted_words(words: Iterable[str]) -> tuple[str, ...]:
    found: list[str] = []
    flag = ""
    for word in words:
        name, equals, value = word.partition("=")
        if flag and not word.startswith("-"):
            found.append(_redacted(flag, word))
        else:
            found.append(f"{name}={_redacted(name.lstrip('-'), value)}" if equals else _redacted("", word))
        flag = word.lstrip("-") if word.startswith("-") and not equals else ""
    return tuple(found)


def _changes(changes: Any) -> Iterator[Change]:
    for change in changes[:MAX_CHANGES] if isinstance(changes, list) else ():
        if isinstance(change, dict) and isinstance(change.get("Path"), str):
            kind = change.get("Kind")
            yield Change(change["Path"], _KINDS.get(kind, "changed") if isinstance(kind, int) else "changed")


def _short(mode: str) -> str:
    kind, colon, id = mode.partition(":")
    return f"{kind}:{id[:12]}" if colon and len(id) == 64 else mode


def _plain_id(id: Any) -> str:
    return _text(id).removeprefix("sha256:")


def _is_id(reference: str) -> bool:
    plain = _plain_id(reference)
    return "@sha256:" in reference or (len(plain) >= 12 and all(char in "0123456789abcdef" for char in plain))


def _map(value: Any, key: str) -> dict[str, Any]:
    found = value.get(key) if isinstance(value, dict) else None
    return {name: entry for name, entry in found.items() if isinstance(name, str)} if isinstance(found, dict) else {}


def _maps(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(value) if isinstance(value, int | float) else ""


def _texts(value: Any) -> list[str]:
    return [_text(item) for item in value] if isinstance(value, list) else [value] if isinstance(value, str) and value else []


def _number(value: Any, least: float = 0) -> float:
    return value if isinstance(value, int | float) and value >= least else 0


def _sequence(items: Iterable[Any]) -> yaml_document.Sequence:
    found = yaml_document.Sequence(0)
    found.extend(items)
    found.lines = [0] * len(found)
    return found


def _mapping(key: str, value: Any) -> yaml_document.Mapping:
    found = yaml_document.Mapping(0)
    if value:
        yaml_document.put(found, key, value, 0)
    return found


def described(text: str) -> tuple[Running, ...]:
    """The containers of a JSON document with ``container``, ``image``, ``tagged`` and ``changes``, for the examples
    of checks."""
    try:
        found = msgspec.json.decode(text, type=dict[str, Any])
    except msgspec.MsgspecError as error:
        raise ValueError(str(error)) from None
    parts = {key: found.get(key) for key in ("image", "tagged", "changes")}
    return (read(_map(found, "container"), "docker", **parts),)
