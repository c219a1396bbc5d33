"""A container adds the capability NET_ADMIN."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container in manifests.containers:
        if "NET_ADMIN" in container.added:
            yield at(container, "adds the capability NET_ADMIN", "securityContext", "capabilities", "add")


CHECK = Check(
    id="K8S-095",
    title="A container adds the capability NET_ADMIN",
    severity="high",
    why="It changes addresses, routes and firewall rules, and listens to all traffic of its network namespace.",
    fix="Remove NET_ADMIN from securityContext.capabilities.add.",
    references=(
        "PSS baseline: Capabilities",
        "CIS Kubernetes 5.2.9",
        "CWE-250",
    ),
    inspect=inspect,
)
