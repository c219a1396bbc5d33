"""A container adds the capability SYS_TIME."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container in manifests.containers:
        if "SYS_TIME" in container.added:
            yield at(container, "adds the capability SYS_TIME", "securityContext", "capabilities", "add")


CHECK = Check(
    id="K8S-115",
    title="A container adds the capability SYS_TIME",
    severity="medium",
    why="It sets the clock of the node: certificates and logs of every pod there go wrong.",
    fix="Remove SYS_TIME from securityContext.capabilities.add.",
    references=(
        "PSS baseline: Capabilities",
        "CIS Kubernetes 5.2.9",
        "CWE-250",
    ),
    inspect=inspect,
)
