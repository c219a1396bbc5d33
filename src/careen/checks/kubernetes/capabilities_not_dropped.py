"""A container does not drop all capabilities."""

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
    title="A container does not drop all capabilities",
    severity="low",
    why=("A runtime hands out some fourteen capabilities by default; a program seldom needs one, an attacker has use for all."),
    fix="Set securityContext.capabilities.drop to [ALL].",
    references=(
        "PSS restricted: Capabilities",
        "CIS Kubernetes 5.2.10",
        "CWE-250",
    ),
    inspect=inspect,
)
