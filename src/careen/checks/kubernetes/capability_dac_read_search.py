"""A container adds the capability DAC_READ_SEARCH."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container in manifests.containers:
        if "DAC_READ_SEARCH" in container.added:
            yield at(container, "adds the capability DAC_READ_SEARCH", "securityContext", "capabilities", "add")


CHECK = Check(
    id="K8S-098",
    title="A container adds the capability DAC_READ_SEARCH",
    severity="high",
    why="It opens files by handle past all permissions, also files of the node.",
    fix="Remove DAC_READ_SEARCH from securityContext.capabilities.add.",
    references=(
        "PSS baseline: Capabilities",
        "CIS Kubernetes 5.2.9",
        "CWE-250",
    ),
    inspect=inspect,
)
