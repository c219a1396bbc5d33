"""The API server does not use Node authorization."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import controlplane
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container, value in controlplane.flag(manifests, "kube-apiserver", "authorization-mode"):
        if "Node" not in controlplane.listed(value):
            yield at(container, "does not use Node authorization", "command")


CHECK = Check(
    id="K8S-208",
    title="The API server does not use Node authorization",
    severity="high",
    why="A kubelet may then read the Secrets of all nodes, not only those of its own pods.",
    fix="Add Node to --authorization-mode.",
    references=(
        "CIS Kubernetes 1.2.8",
        "CWE-863",
    ),
    inspect=inspect,
)
