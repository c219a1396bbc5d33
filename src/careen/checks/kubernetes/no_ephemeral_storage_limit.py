"""A container has no ephemeral-storage limit."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container in manifests.containers:
        if not container.node.text("resources", "limits", "ephemeral-storage"):
            yield at(container, "has no ephemeral-storage limit", "resources", "limits")


CHECK = Check(
    id="K8S-044",
    title="A container has no ephemeral-storage limit",
    severity="negligible",
    why="Logs and files of one container fill the disk of the node, which then evicts pods.",
    fix="Set resources.limits.ephemeral-storage, for example 1Gi.",
    references=(
        "CWE-770",
        "NSA hardening guide",
    ),
    inspect=inspect,
    default=False,
)
