"""A role may make persistent volumes."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import rbac
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for granted in rbac.granting(manifests, ("persistentvolumes",), ("create",)):
        yield at(granted.rule, granted.said, "resources")


CHECK = Check(
    id="RBC-032",
    title="A role may make persistent volumes",
    severity="high",
    why="A volume may be a path of a node: its claimant reads and writes the node past admission of pods.",
    fix="Let storage classes make volumes.",
    references=(
        "CIS Kubernetes 5.1.9",
        "CWE-269",
        "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
    ),
    inspect=inspect,
)
