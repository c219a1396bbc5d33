"""A container has no memory limit."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container in manifests.containers:
        if not container.node.text("resources", "limits", "memory"):
            yield at(container, "has no memory limit", "resources", "limits")


CHECK = Check(
    id="K8S-022",
    title="A container has no memory limit",
    severity="low",
    why="One leak or flood takes the memory of the node and the kernel kills its neighbours.",
    fix="Set resources.limits.memory, for example 256Mi.",
    references=(
        "CWE-770",
        "NSA hardening guide",
    ),
    inspect=inspect,
)
