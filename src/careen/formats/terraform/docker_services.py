"""Containers of the Docker provider -> services of Compose, with the lines of the configuration.

**Source:** Terraform provider kreuzwerker/docker, docker_container and docker_image.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from careen.formats.data.yaml_document import Mapping, add, put
from careen.formats.services.compose_service import Service
from careen.formats.terraform.resource import Resource, Terraform, refers
from careen.formats.terraform.values import UnknownValue

_SAME = (
    "privileged",
    "user",
    "network_mode",
    "read_only",
    "restart",
    "command",
    "entrypoint",
    "sysctls",
    "userns_mode",
    "runtime",
)
_RENAMED = {"ipc_mode": "ipc", "pid_mode": "pid", "security_opts": "security_opt", "env": "environment", "memory": "mem_limit"}


def docker_services(terraform: Terraform) -> list[Service]:
    images = list(terraform.of("docker_image"))
    return [_service(resource, images) for resource in terraform.of("docker_container")]


def _service(resource: Resource, images: Sequence[Resource]) -> Service:
    values = resource.values
    node = Mapping(values.line)
    node.end_line = values.end_line
    for key in (*_SAME, *_RENAMED):
        if key in values:
            put(node, _RENAMED.get(key, key), values[key], values.lines[key])
    if "image" in values:
        put(node, "image", _image(values["image"], images), values.lines["image"])
    for capabilities in values.maps("capabilities"):
        for key in ("add", "drop"):
            if key in capabilities:
                put(node, f"cap_{key}", capabilities[key], capabilities.lines[key])
    for key, entry in _entries(values):
        add(node, key, entry, entry.line)
    for check in values.maps("healthcheck")[:1]:
        put(node, "healthcheck", check, check.line)
    return Service(resource.label, node, resource.path, {}, noun="container")


def _image(value: Any, images: Sequence[Resource]) -> Any:
    """The name of an image, resolved if the value refers to an image that the configuration pulls."""
    if isinstance(value, UnknownValue) and value.owner:
        return next((image.values.get("name", value) for image in images if refers(value, image)), value)
    return value


def _entries(values: Mapping) -> Iterator[tuple[str, Mapping]]:
    """The items of the lists of a service, each with the name of its list."""
    for port in values.maps("ports"):
        found = _copied(port, {"internal": "target", "external": "published", "ip": "host_ip", "protocol": "protocol"})
        if "published" in found:
            yield "ports", found
    for volume in values.maps("volumes"):
        found = _copied(
            volume, {"host_path": "source", "volume_name": "source", "container_path": "target", "read_only": "read_only"}
        )
        put(found, "type", "bind" if volume.get("host_path") else "volume", volume.line)
        yield "volumes", found
    for mount in values.maps("mounts"):
        yield "volumes", _copied(mount, {"type": "type", "source": "source", "target": "target", "read_only": "read_only"})
    for device in values.maps("devices"):
        yield "devices", _copied(device, {"host_path": "source", "container_path": "target", "permissions": "permissions"})


def _copied(block: Mapping, names: dict[str, str]) -> Mapping:
    found = Mapping(block.line)
    found.end_line = block.end_line
    for key, name in names.items():
        if key in block:
            value = block[key]
            is_number = isinstance(value, int | float) and not isinstance(value, bool)
            put(found, name, str(int(value)) if is_number else value, block.lines[key])
    return found
