"""Pods are not given the certificate authority of the cluster."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import controlplane
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    lacking = controlplane.without_flag(manifests, "kube-controller-manager", "root-ca-file")
    for container, missing in lacking:
        yield at(container, f"does not set {missing}", "command")


CHECK = Check(
    id="K8S-237",
    title="Pods are not given the certificate authority of the cluster",
    severity="low",
    why="Pods cannot verify the API server they send their token to.",
    fix="Set --root-ca-file.",
    references=(
        "CIS Kubernetes 1.3.5",
        "CWE-295",
    ),
    inspect=inspect,
)
