"""Container keeps the capability NET_RAW."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container in manifests.containers:
        if container.dropped.isdisjoint(("ALL", "NET_RAW")) and not container.pod.windows:
            yield at(container, "keeps NET_RAW", "securityContext", "capabilities", "drop")


CHECK = Check(
    id="K8S-290",
    title="Container keeps the capability NET_RAW",
    severity="low",
    why="Runtimes grant it by default: an attacker can forge packets, and answer for other pods of the node.",
    fix="Add NET_RAW, or better ALL, to securityContext.capabilities.drop.",
    references=(
        "CIS Kubernetes 5.2.8",
        "CWE-250",
    ),
    inspect=inspect,
    default=False,
)
