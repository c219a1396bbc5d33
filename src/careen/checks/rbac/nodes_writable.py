"""A role may change nodes."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import rbac
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for granted in rbac.granting(manifests, ("nodes", "nodes/status"), ("create", "update", "patch", "delete")):
        yield at(granted.rule, granted.said, "resources")


CHECK = Check(
    id="RBC-035",
    title="A role may change nodes",
    severity="medium",
    why="With labels and taints it draws workloads, and their Secrets, onto a node of its choice.",
    fix="Give the right to what runs nodes alone.",
    references=(
        "CWE-269",
        "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
    ),
    inspect=inspect,
)
