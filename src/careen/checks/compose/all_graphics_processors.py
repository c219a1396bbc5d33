"""Service has access to all GPUs of the host."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.services.compose import Compose
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        if service.node.text("gpus") == "all":
            yield below(service, "has all graphics processors", "gpus")
        for device in service.node.map("deploy", "resources", "reservations").maps("devices"):
            if "gpu" in device.texts("capabilities") and device.text("count") in ("", "all") and not device.texts("device_ids"):
                yield below(service, "has all graphics processors", "deploy", "resources", "reservations", "devices")


CHECK = Check(
    id="CMP-069",
    title="Service has access to all GPUs of the host",
    severity="low",
    why="GPU drivers are large and run in the kernel, and GPU memory is not erased between containers.",
    fix="Name the device that is needed (device_ids).",
    references=(
        "CWE-668",
        "CIS Docker 5.18",
    ),
    inspect=inspect,
)
