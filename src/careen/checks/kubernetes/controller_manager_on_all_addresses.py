"""The controller manager listens on all addresses."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import controlplane
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container, value in controlplane.flag(manifests, "kube-controller-manager", "bind-address"):
        if value not in ("127.0.0.1", "::1", "localhost"):
            yield at(container, "listens on more than the loopback address", "command")


CHECK = Check(
    id="K8S-239",
    title="The controller manager listens on all addresses",
    severity="low",
    why="Its metrics and health pages tell of the cluster to whoever reaches the port.",
    fix="Set --bind-address=127.0.0.1.",
    references=(
        "CIS Kubernetes 1.3.7",
        "CWE-1327",
    ),
    inspect=inspect,
)
