"""Namespace does not enforce a Pod Security Standard."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for resource in manifests.of("Namespace"):
        level = resource.labels.text("pod-security.kubernetes.io/enforce")
        if level not in ("baseline", "restricted"):
            yield at(resource, f"enforces {level or 'no Pod Security Standard'}", "metadata", "labels")


CHECK = Check(
    id="K8S-055",
    title="Namespace does not enforce a Pod Security Standard",
    severity="medium",
    why="The namespace admits pods with any privilege, whatever these manifests contain.",
    fix="Set the label pod-security.kubernetes.io/enforce to restricted or baseline.",
    references=(
        "CIS Kubernetes 5.2.1",
        "PSS baseline",
    ),
    inspect=inspect,
)
