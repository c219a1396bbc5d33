"""A container has no memory request."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container in manifests.containers:
        if not container.node.text("resources", "requests", "memory"):
            yield at(container, "has no memory request", "resources", "requests")


CHECK = Check(
    id="K8S-042",
    title="A container has no memory request",
    severity="low",
    why="The scheduler places the pod as if it needed nothing, and it is the first to be evicted.",
    fix="Set resources.requests.memory, for example 128Mi.",
    references=(
        "CWE-770",
        "NSA hardening guide",
    ),
    inspect=inspect,
)
