"""Subjects are made administrators of the cluster."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import rbac
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for binding, name in rbac.administrators(manifests, "ClusterRoleBinding", "ClusterRole"):
        yield at(binding, f"makes its subjects administrators by ClusterRole {name}", "roleRef")


CHECK = Check(
    id="RBC-002",
    title="Subjects are made administrators of the cluster",
    severity="critical",
    why="Whoever breaks into one of the subjects owns the cluster.",
    fix="Bind a role that names what is needed.",
    references=(
        "CIS Kubernetes 5.1.1",
        "CWE-250",
        "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
    ),
    inspect=inspect,
)
