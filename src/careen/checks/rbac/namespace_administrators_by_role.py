"""Subjects are made administrators of a namespace by a Role."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import rbac
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for binding, name in rbac.administrators(manifests, "RoleBinding", "Role"):
        yield at(binding, f"makes its subjects administrators by Role {name}", "roleRef")


CHECK = Check(
    id="RBC-017",
    title="Subjects are made administrators of a namespace by a Role",
    severity="high",
    why="Whoever breaks into one of the subjects owns every pod and Secret of the namespace.",
    fix="Bind a role that names what is needed.",
    references=(
        "CIS Kubernetes 5.1.1",
        "CWE-250",
        "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
    ),
    inspect=inspect,
)
