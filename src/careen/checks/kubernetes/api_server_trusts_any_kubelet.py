"""The API server does not verify kubelets."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import controlplane
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    lacking = controlplane.without_flag(manifests, "kube-apiserver", "kubelet-certificate-authority")
    for container, missing in lacking:
        yield at(container, f"does not set {missing}", "command")


CHECK = Check(
    id="K8S-206",
    title="The API server does not verify kubelets",
    severity="medium",
    why="Who stands between them reads and changes what passes, as the certificate is not checked.",
    fix="Set --kubelet-certificate-authority.",
    references=(
        "CIS Kubernetes 1.2.6",
        "CWE-295",
    ),
    inspect=inspect,
)
