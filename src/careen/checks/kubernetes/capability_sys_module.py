"""A container adds the capability SYS_MODULE."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container in manifests.containers:
        if "SYS_MODULE" in container.added:
            yield at(container, "adds the capability SYS_MODULE", "securityContext", "capabilities", "add")


CHECK = Check(
    id="K8S-094",
    title="A container adds the capability SYS_MODULE",
    severity="critical",
    why="It loads code into the kernel of the node.",
    fix="Remove SYS_MODULE from securityContext.capabilities.add.",
    references=(
        "PSS baseline: Capabilities",
        "CIS Kubernetes 5.2.9",
        "CWE-250",
    ),
    inspect=inspect,
)
