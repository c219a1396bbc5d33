"""Subjects may run commands in every pod of the cluster."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import rbac
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for binding, name in rbac.shells(manifests, "ClusterRoleBinding", "ClusterRole"):
        yield at(binding, f"lets its subjects run commands in pods by ClusterRole {name}", "roleRef")


CHECK = Check(
    id="RBC-019",
    title="Subjects may run commands in every pod of the cluster",
    severity="high",
    why="Whoever breaks into one of the subjects goes on into the pods that the binding reaches.",
    fix="Take exec and attach out of the role, or bind it for the time it is needed.",
    references=(
        "CIS Kubernetes 5.1",
        "CWE-269",
        "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
    ),
    inspect=inspect,
)
