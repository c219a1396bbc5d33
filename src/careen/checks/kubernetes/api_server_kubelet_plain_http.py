"""The API server speaks to kubelets without TLS."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import controlplane
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container, value in controlplane.flag(manifests, "kube-apiserver", "kubelet-https"):
        if value == "false":
            yield at(container, "speaks to kubelets without TLS", "command")


CHECK = Check(
    id="K8S-204",
    title="The API server speaks to kubelets without TLS",
    severity="high",
    why="Commands, logs and what is typed into pods pass the network readable and changeable.",
    fix="Remove --kubelet-https.",
    references=(
        "CIS Kubernetes 1.2.4",
        "CWE-319",
    ),
    inspect=inspect,
)
