"""The controller manager keeps dead pods as its default says."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import controlplane
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    lacking = controlplane.without_flag(manifests, "kube-controller-manager", "terminated-pod-gc-threshold")
    for container, missing in lacking:
        yield at(container, f"does not set {missing}", "command")


CHECK = Check(
    id="K8S-233",
    title="The controller manager keeps dead pods as its default says",
    severity="low",
    why="12,500 dead pods weigh on the API server before the first is removed.",
    fix="Set --terminated-pod-gc-threshold.",
    references=(
        "CIS Kubernetes 1.3.1",
        "CWE-770",
    ),
    inspect=inspect,
)
