"""Containers share a PID namespace (shareProcessNamespace)."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for pod in manifests.pods:
        if pod.node.get("shareProcessNamespace") is True and len(pod.containers) > 1:
            yield at(pod, "has one process namespace for all its containers", "shareProcessNamespace")


CHECK = Check(
    id="K8S-028",
    title="Containers share a PID namespace (shareProcessNamespace)",
    severity="low",
    why=(
        "A container sees the environment and, as the same user, the files and memory of the others: a sidecar can "
        "read their secrets."
    ),
    fix="Remove shareProcessNamespace; use an ephemeral container for debugging.",
    references=("CWE-653",),
    inspect=inspect,
)
