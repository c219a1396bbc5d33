"""A container adds the capability NET_RAW."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container in manifests.containers:
        if "NET_RAW" in container.added:
            yield at(container, "adds the capability NET_RAW", "securityContext", "capabilities", "add")


CHECK = Check(
    id="K8S-093",
    title="A container adds the capability NET_RAW",
    severity="medium",
    why="It forges packets: neighbours on the network of the node can be spoofed and listened to.",
    fix="Remove NET_RAW from securityContext.capabilities.add.",
    references=(
        "PSS baseline: Capabilities",
        "CIS Kubernetes 5.2.9",
        "CWE-250",
    ),
    inspect=inspect,
)
