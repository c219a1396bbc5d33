"""Container does not drop all capabilities."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container in manifests.containers:
        if "ALL" not in container.dropped and not container.pod.windows:
            yield at(container, "does not drop all capabilities", "securityContext", "capabilities", "drop")


CHECK = Check(
    id="K8S-009",
    title="Container does not drop all capabilities",
    severity="low",
    why="The runtime grants some fourteen capabilities by default: programs seldom need one, attackers use them.",
    fix="Set securityContext.capabilities.drop to [ALL].",
    references=(
        "PSS restricted: Capabilities",
        "CIS Kubernetes 5.2.10",
        "CWE-250",
    ),
    inspect=inspect,
)
