"""Service shares a namespace with another container."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.services.compose import Compose
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        for key in ("network_mode", "net", "pid", "ipc"):
            value = service.node.text(key)
            if value.startswith(("container:", "service:")) or (key == "ipc" and value == "shareable"):
                yield below(service, f"has the {key} namespace {value}", key)


CHECK = Check(
    id="CMP-009",
    title="Service shares a namespace with another container",
    severity="medium",
    why="Each container reaches the other's loopback address, or sees its processes, memory and environment.",
    fix="Remove the shared mode, or merge the two services.",
    references=(
        "CIS Docker 5.16, 5.17",
        "CWE-653",
    ),
    inspect=inspect,
)
