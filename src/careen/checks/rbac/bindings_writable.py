"""A role may make or change bindings."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import rbac
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for granted in rbac.granting(manifests, ("rolebindings", "clusterrolebindings"), ("create", "update", "patch")):
        yield at(granted.rule, granted.said, "resources")


CHECK = Check(
    id="RBC-008",
    title="A role may make or change bindings",
    severity="high",
    why="Rights are handed on: who may bind adds subjects to what they have, and with bind to everything.",
    fix="Give the right to administrators of rights alone.",
    references=(
        "CIS Kubernetes 5.1",
        "CWE-269",
        "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
    ),
    inspect=inspect,
)
