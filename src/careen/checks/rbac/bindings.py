"""Bindings that hand administration, or a shell in pods, to their subjects."""

from collections.abc import Iterator
from functools import partial

from careen.checks.places import at
from careen.formats.kubernetes import rbac
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place

_GOOD_PRACTICES = "https://kubernetes.io/docs/concepts/security/rbac-good-practices/"


def _makes_administrators(kind: str, role_kind: str, manifests: Manifests) -> Iterator[Place]:
    for binding, name in rbac.administrators(manifests, kind, role_kind):
        yield at(binding, f"makes its subjects administrators by {role_kind} {name}", "roleRef")


def _gives_shells(kind: str, role_kind: str, manifests: Manifests) -> Iterator[Place]:
    for binding, name in rbac.shells(manifests, kind, role_kind):
        yield at(binding, f"lets its subjects run commands in pods by {role_kind} {name}", "roleRef")


def _makes_bindings(bindings: str, manifests: Manifests) -> Iterator[Place]:
    for rule in rbac.making_and_binding(manifests, bindings):
        yield at(rule, "makes bindings, and another rule of it may bind any role", "resources")


CHECKS = (
    Check(
        id="RBC-002",
        title="Subjects are made administrators of the cluster",
        severity="critical",
        why="Whoever breaks into one of the subjects owns the cluster.",
        fix="Bind a role that names what is needed.",
        references=("CIS Kubernetes 5.1.1", "CWE-250", _GOOD_PRACTICES),
        inspect=partial(_makes_administrators, "ClusterRoleBinding", "ClusterRole"),
    ),
    Check(
        id="RBC-016",
        title="Subjects are made administrators of a namespace by a ClusterRole",
        severity="high",
        why="Whoever breaks into one of the subjects owns every pod and Secret of the namespace.",
        fix="Bind a role that names what is needed.",
        references=("CIS Kubernetes 5.1.1", "CWE-250", _GOOD_PRACTICES),
        inspect=partial(_makes_administrators, "RoleBinding", "ClusterRole"),
    ),
    Check(
        id="RBC-017",
        title="Subjects are made administrators of a namespace by a Role",
        severity="high",
        why="Whoever breaks into one of the subjects owns every pod and Secret of the namespace.",
        fix="Bind a role that names what is needed.",
        references=("CIS Kubernetes 5.1.1", "CWE-250", _GOOD_PRACTICES),
        inspect=partial(_makes_administrators, "RoleBinding", "Role"),
    ),
    Check(
        id="RBC-019",
        title="Subjects may run commands in every pod of the cluster",
        severity="high",
        why="Whoever breaks into one of the subjects goes on into the pods that the binding reaches.",
        fix="Take exec and attach out of the role, or bind it for the time it is needed.",
        references=("CIS Kubernetes 5.1", "CWE-269", _GOOD_PRACTICES),
        inspect=partial(_gives_shells, "ClusterRoleBinding", "ClusterRole"),
    ),
    Check(
        id="RBC-020",
        title="Subjects may run commands in pods of a namespace by a ClusterRole",
        severity="high",
        why="Whoever breaks into one of the subjects goes on into the pods that the binding reaches.",
        fix="Take exec and attach out of the role, or bind it for the time it is needed.",
        references=("CIS Kubernetes 5.1", "CWE-269", _GOOD_PRACTICES),
        inspect=partial(_gives_shells, "RoleBinding", "ClusterRole"),
    ),
    Check(
        id="RBC-021",
        title="Subjects may run commands in pods of a namespace by a Role",
        severity="high",
        why="Whoever breaks into one of the subjects goes on into the pods that the binding reaches.",
        fix="Take exec and attach out of the role, or bind it for the time it is needed.",
        references=("CIS Kubernetes 5.1", "CWE-269", _GOOD_PRACTICES),
        inspect=partial(_gives_shells, "RoleBinding", "Role"),
    ),
    Check(
        id="RBC-026",
        title="A role may give any role to anyone in a namespace",
        severity="high",
        why="It makes bindings and may bind roles beyond its own rights: the way to all rights there.",
        fix="Take bind or create away, or name the roles in resourceNames.",
        references=("CIS Kubernetes 5.1.8", "CWE-269", _GOOD_PRACTICES),
        inspect=partial(_makes_bindings, "rolebindings"),
    ),
    Check(
        id="RBC-027",
        title="A role may give any role to anyone in the cluster",
        severity="high",
        why="It makes bindings and may bind roles beyond its own rights: the way to all rights there.",
        fix="Take bind or create away, or name the roles in resourceNames.",
        references=("CIS Kubernetes 5.1.8", "CWE-269", _GOOD_PRACTICES),
        inspect=partial(_makes_bindings, "clusterrolebindings"),
    ),
)
