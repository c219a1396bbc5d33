"""A role may delete events."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import rbac
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for granted in rbac.granting(manifests, ("events",), ("delete", "deletecollection")):
        yield at(granted.rule, granted.said, "resources")


CHECK = Check(
    id="RBC-036",
    title="A role may delete events",
    severity="medium",
    why="An intruder removes the traces of what was done.",
    fix="Take delete from the verbs.",
    references=(
        "CWE-778",
        "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
    ),
    inspect=inspect,
)
