"""The containers of a pod share one process namespace."""

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
    title="The containers of a pod share one process namespace",
    severity="low",
    why=(
        "One container sees the environment and, as the same user, the files and memory of the others: a sidecar "
        "reads their secrets."
    ),
    fix="Remove shareProcessNamespace; debug with an ephemeral container instead.",
    references=("CWE-653",),
    inspect=inspect,
)
