"""A container has no cpu limit."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container in manifests.containers:
        if not container.node.text("resources", "limits", "cpu"):
            yield at(container, "has no cpu limit", "resources", "limits")


CHECK = Check(
    id="K8S-041",
    title="A container has no cpu limit",
    severity="low",
    why="A busy or hijacked container takes all processors of the node from its neighbours.",
    fix="Set resources.limits.cpu, for example 500m.",
    references=(
        "CWE-770",
        "NSA hardening guide",
    ),
    inspect=inspect,
)
