"""The API server makes a certificate for itself."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import controlplane
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    lacking = controlplane.without_flag(manifests, "kube-apiserver", "tls-cert-file", "tls-private-key-file")
    for container, missing in lacking:
        yield at(container, f"does not set {missing}", "command")


CHECK = Check(
    id="K8S-227",
    title="The API server makes a certificate for itself",
    severity="medium",
    why="Clients that are to trust it have to give up checking.",
    fix="Set --tls-cert-file and --tls-private-key-file.",
    references=(
        "CIS Kubernetes 1.2.27",
        "CWE-295",
    ),
    inspect=inspect,
)
