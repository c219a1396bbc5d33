"""A container adds the capability MAC_ADMIN."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container in manifests.containers:
        if "MAC_ADMIN" in container.added:
            yield at(container, "adds the capability MAC_ADMIN", "securityContext", "capabilities", "add")


CHECK = Check(
    id="K8S-111",
    title="A container adds the capability MAC_ADMIN",
    severity="high",
    why="It changes the rules of AppArmor, SELinux or Smack that confine it.",
    fix="Remove MAC_ADMIN from securityContext.capabilities.add.",
    references=(
        "PSS baseline: Capabilities",
        "CIS Kubernetes 5.2.9",
        "CWE-250",
    ),
    inspect=inspect,
)
