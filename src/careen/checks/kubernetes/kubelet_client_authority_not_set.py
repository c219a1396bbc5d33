"""A kubelet cannot verify who sends requests."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import controlplane
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for resource, value, keys in controlplane.kubelet(manifests, "client-ca-file"):
        if not value:
            yield at(resource, "has no authority to verify clients with", *keys)


CHECK = Check(
    id="K8S-252",
    title="A kubelet cannot verify who sends requests",
    severity="medium",
    why="The API server cannot be told from others by its certificate.",
    fix="Set authentication.x509.clientCAFile.",
    references=(
        "CIS Kubernetes 4.2.3",
        "CWE-306",
    ),
    inspect=inspect,
)
