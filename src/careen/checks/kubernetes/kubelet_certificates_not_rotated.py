"""The controller manager does not say that certificates of kubelets are rotated."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import controlplane
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container, value in controlplane.flag(manifests, "kube-controller-manager", "feature-gates"):
        if "RotateKubeletServerCertificate=true" not in controlplane.listed(value):
            yield at(container, "does not say that certificates of kubelets are rotated", "command")


CHECK = Check(
    id="K8S-238",
    title="The controller manager does not say that certificates of kubelets are rotated",
    severity="low",
    why="Certificates that run out, or leak, stay in use.",
    fix="Set --feature-gates=RotateKubeletServerCertificate=true where it is not the default.",
    references=(
        "CIS Kubernetes 1.3.6",
        "CWE-324",
    ),
    inspect=inspect,
)
