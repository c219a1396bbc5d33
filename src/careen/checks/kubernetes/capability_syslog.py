"""A container adds the capability SYSLOG."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container in manifests.containers:
        if "SYSLOG" in container.added:
            yield at(container, "adds the capability SYSLOG", "securityContext", "capabilities", "add")


CHECK = Check(
    id="K8S-114",
    title="A container adds the capability SYSLOG",
    severity="medium",
    why="It reads the log of the kernel and its addresses, which exploits need.",
    fix="Remove SYSLOG from securityContext.capabilities.add.",
    references=(
        "PSS baseline: Capabilities",
        "CIS Kubernetes 5.2.9",
        "CWE-250",
    ),
    inspect=inspect,
)
