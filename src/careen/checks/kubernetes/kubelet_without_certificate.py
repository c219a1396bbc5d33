"""A kubelet makes a certificate for itself."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import controlplane
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for resource, value, keys in controlplane.kubelet(manifests, "tls-cert-file"):
        if not value or not value.endswith((".crt", ".pem")):
            yield at(resource, "has no certificate file", *keys)


CHECK = Check(
    id="K8S-259",
    title="A kubelet makes a certificate for itself",
    severity="medium",
    why="The API server cannot verify it.",
    fix="Set tlsCertFile, or serverTLSBootstrap.",
    references=(
        "CIS Kubernetes 4.2.10",
        "CWE-295",
    ),
    inspect=inspect,
)
