"""Bindings that give their subjects administration, or a shell in pods."""

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
        title="cluster-admin is bound",
        severity="critical",
        why="An attacker who compromises one of the subjects controls the cluster.",
        fix="Bind a role with only the permissions that are needed.",
        references=("CIS Kubernetes 5.1.1", "CWE-250", _GOOD_PRACTICES),
        inspect=partial(_makes_administrators, "ClusterRoleBinding", "ClusterRole"),
    ),
    Check(
        id="RBC-016",
        title="ClusterRole makes subjects administrators of a namespace",
        severity="high",
        why="An attacker who compromises one of the subjects controls every pod and Secret of the namespace.",
        fix="Bind a role with only the permissions that are needed.",
        references=("CIS Kubernetes 5.1.1", "CWE-250", _GOOD_PRACTICES),
        inspect=partial(_makes_administrators, "RoleBinding", "ClusterRole"),
    ),
    Check(
        id="RBC-017",
        title="Role makes subjects administrators of a namespace",
        severity="high",
        why="An attacker who compromises one of the subjects controls every pod and Secret of the namespace.",
        fix="Bind a role with only the permissions that are needed.",
        references=("CIS Kubernetes 5.1.1", "CWE-250", _GOOD_PRACTICES),
        inspect=partial(_makes_administrators, "RoleBinding", "Role"),
    ),
    Check(
        id="RBC-019",
        title="Subjects can exec into all pods of the cluster",
        severity="high",
        why="An attacker who compromises one of the subjects gets into all pods that the binding covers.",
        fix="Remove pods/exec and pods/attach from the role, or bind it only while it is needed.",
        references=("CIS Kubernetes 5.1", "CWE-269", _GOOD_PRACTICES),
        inspect=partial(_gives_shells, "ClusterRoleBinding", "ClusterRole"),
    ),
    Check(
        id="RBC-020",
        title="ClusterRole lets subjects exec into pods of a namespace",
        severity="high",
        why="An attacker who compromises one of the subjects gets into all pods that the binding covers.",
        fix="Remove pods/exec and pods/attach from the role, or bind it only while it is needed.",
        references=("CIS Kubernetes 5.1", "CWE-269", _GOOD_PRACTICES),
        inspect=partial(_gives_shells, "RoleBinding", "ClusterRole"),
    ),
    Check(
        id="RBC-021",
        title="Role lets subjects exec into pods of a namespace",
        severity="high",
        why="An attacker who compromises one of the subjects gets into all pods that the binding covers.",
        fix="Remove pods/exec and pods/attach from the role, or bind it only while it is needed.",
        references=("CIS Kubernetes 5.1", "CWE-269", _GOOD_PRACTICES),
        inspect=partial(_gives_shells, "RoleBinding", "Role"),
    ),
    Check(
        id="RBC-026",
        title="Role can grant any role in a namespace",
        severity="high",
        why="It can create bindings to roles beyond its own permissions, and so gain all permissions there.",
        fix="Remove bind or create, or list the roles in resourceNames.",
        references=("CIS Kubernetes 5.1.8", "CWE-269", _GOOD_PRACTICES),
        inspect=partial(_makes_bindings, "rolebindings"),
    ),
    Check(
        id="RBC-027",
        title="Role can grant any role in the cluster",
        severity="high",
        why="It can create bindings to roles beyond its own permissions, and so gain all permissions there.",
        fix="Remove bind or create, or list the roles in resourceNames.",
        references=("CIS Kubernetes 5.1.8", "CWE-269", _GOOD_PRACTICES),
        inspect=partial(_makes_bindings, "clusterrolebindings"),
    ),
)
