"""A kubelet makes a key for itself."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import controlplane
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for resource, value, keys in controlplane.kubelet(manifests, "tls-private-key-file"):
        if not value or not value.endswith((".key", ".pem")):
            yield at(resource, "has no key file", *keys)


CHECK = Check(
    id="K8S-260",
    title="A kubelet makes a key for itself",
    severity="medium",
    why="The API server cannot verify it.",
    fix="Set tlsPrivateKeyFile, or serverTLSBootstrap.",
    references=(
        "CIS Kubernetes 4.2.10",
        "CWE-295",
    ),
    inspect=inspect,
)
