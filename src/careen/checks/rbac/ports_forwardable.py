"""A role may forward ports of pods."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import rbac
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for granted in rbac.granting(manifests, ("pods/portforward",), ("create", "get")):
        yield at(granted.rule, granted.said, "resources")


CHECK = Check(
    id="RBC-033",
    title="A role may forward ports of pods",
    severity="medium",
    why="What listens for the pod alone, databases and consoles, is opened to the holder past network policies.",
    fix="Keep it to people who mend things.",
    references=(
        "CWE-269",
        "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
    ),
    inspect=inspect,
)
