"""etcd makes certificates for its peers itself."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import controlplane
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container, value in controlplane.flag(manifests, "etcd", "peer-auto-tls"):
        if value == "true":
            yield at(container, "makes certificates for its peers itself", "command")


CHECK = Check(
    id="K8S-247",
    title="etcd makes certificates for its peers itself",
    severity="medium",
    why="Members cannot verify each other.",
    fix="Remove --peer-auto-tls.",
    references=(
        "CIS Kubernetes 2.6",
        "CWE-295",
    ),
    inspect=inspect,
)
