"""Workloads whose service account has a role."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes import rbac
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place

ADMINISTRATORS = ("admin", "cluster-admin", "edit")  # RBC-010 has those of roles in these manifests


def _administers(manifests: Manifests) -> Iterator[Place]:
    for pod, binding in rbac.bindings_by_pod(manifests):
        name = binding.body.text("roleRef", "name")
        if name in ADMINISTRATORS and binding.body.text("roleRef", "kind") == "ClusterRole":
            yield at(pod, f"has by {binding.label} the role {name}", "serviceAccountName")


def _has_a_role(manifests: Manifests) -> Iterator[Place]:
    for pod, binding in rbac.bindings_by_pod(manifests):
        yield at(pod, f"has a role by {binding.label}", "serviceAccountName")


CHECKS = (
    Check(
        id="RBC-044",
        title="Workload is an administrator",
        severity="high",
        why="An attacker who breaks into one of its containers administers the namespace or the cluster.",
        fix="Bind a role with only the permissions that the workload needs.",
        references=(
            "CIS Kubernetes 5.1.1",
            "CWE-250",
            "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
        ),
        inspect=_administers,
    ),
    Check(
        id="RBC-045",
        title="Workload has permissions in the API",
        severity="negligible",
        why="An attacker who breaks into one of its containers has them too.",
        fix="Check that the workload needs its role; if not, remove the binding and the token.",
        references=(
            "CIS Kubernetes 5.1.6",
            "CWE-250",
            "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
        ),
        inspect=_has_a_role,
        default=False,
    ),
)
