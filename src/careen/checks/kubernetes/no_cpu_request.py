"""A container has no cpu request."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container in manifests.containers:
        if not container.node.text("resources", "requests", "cpu"):
            yield at(container, "has no cpu request", "resources", "requests")


CHECK = Check(
    id="K8S-043",
    title="A container has no cpu request",
    severity="low",
    why="The scheduler places the pod as if it needed nothing, and it starves when the node is busy.",
    fix="Set resources.requests.cpu, for example 100m.",
    references=(
        "CWE-770",
        "NSA hardening guide",
    ),
    inspect=inspect,
)
