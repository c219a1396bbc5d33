"""A role may delete pods or nodes together."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import rbac
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for granted in rbac.granting(manifests, ("pods", "nodes"), ("deletecollection",)):
        yield at(granted.rule, granted.said, "resources")


CHECK = Check(
    id="RBC-040",
    title="A role may delete pods or nodes together",
    severity="low",
    why="One request is an outage.",
    fix="Take deletecollection from the verbs.",
    references=(
        "CWE-269",
        "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
    ),
    inspect=inspect,
)
