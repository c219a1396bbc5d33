"""A container adds all capabilities."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container in manifests.containers:
        if "ALL" in container.added:
            yield at(container, "adds all capabilities", "securityContext", "capabilities", "add")


CHECK = Check(
    id="K8S-096",
    title="A container adds all capabilities",
    severity="critical",
    why="All capabilities together are root on the node in all but name.",
    fix="Remove ALL from securityContext.capabilities.add.",
    references=(
        "PSS baseline: Capabilities",
        "CIS Kubernetes 5.2.9",
        "CWE-250",
    ),
    inspect=inspect,
)
