"""etcd makes certificates for itself."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import controlplane
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container, value in controlplane.flag(manifests, "etcd", "auto-tls"):
        if value == "true":
            yield at(container, "makes certificates for itself", "command")


CHECK = Check(
    id="K8S-244",
    title="etcd makes certificates for itself",
    severity="medium",
    why="Clients cannot verify it, so who stands between reads all.",
    fix="Remove --auto-tls.",
    references=(
        "CIS Kubernetes 2.3",
        "CWE-295",
    ),
    inspect=inspect,
)
