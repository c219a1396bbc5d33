"""The API server does not show kubelets a certificate."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import controlplane
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    lacking = controlplane.without_flag(manifests, "kube-apiserver", "kubelet-client-certificate", "kubelet-client-key")
    for container, missing in lacking:
        yield at(container, f"does not set {missing}", "command")


CHECK = Check(
    id="K8S-205",
    title="The API server does not show kubelets a certificate",
    severity="medium",
    why="Kubelets cannot tell the API server from anyone else, so they have to trust all, or none.",
    fix="Set --kubelet-client-certificate and --kubelet-client-key.",
    references=(
        "CIS Kubernetes 1.2.5",
        "CWE-306",
    ),
    inspect=inspect,
)
