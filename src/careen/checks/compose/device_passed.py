"""Host device is passed to a service."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.data.yaml_document import Mapping, as_text
from careen.formats.services.compose import Compose
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        for index, device in enumerate(service.node.seq("devices")):
            source = device.text("source") if isinstance(device, Mapping) else as_text(device).partition(":")[0]
            yield below(service, f"has the device {source}", "devices", index)
        if service.node.seq("device_cgroup_rules"):
            yield below(service, "makes devices for itself", "device_cgroup_rules")


CHECK = Check(
    id="CMP-048",
    title="Host device is passed to a service",
    severity="medium",
    why="The driver of the device is part of the kernel: the container can reach vulnerabilities in it.",
    fix="Remove the device if the program runs without it; otherwise limit it to r or rw.",
    references=(
        "CIS Docker 5.18",
        "CWE-668",
    ),
    inspect=inspect,
)
