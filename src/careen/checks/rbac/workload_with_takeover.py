"""Workload can take over other workloads or the cluster."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes import rbac
from careen.formats.kubernetes.manifest_files import Manifests, grants
from careen.plugins import Check, Place

TAKEOVERS = (
    ("clusterrolebindings", ("create", "update", "patch")),
    ("clusterroles", ("escalate", "bind")),
    ("rolebindings", ("create", "update", "patch")),
    ("roles", ("escalate", "bind")),
    ("secrets", ("get", "list", "watch")),
    ("pods/exec", ("create", "get")),
    ("pods", ("create",)),
    ("deployments", ("create", "update", "patch")),
    ("daemonsets", ("create", "update", "patch")),
    ("nodes/proxy", ("get", "create")),
    ("serviceaccounts/token", ("create",)),
    ("mutatingwebhookconfigurations", ("create", "update", "patch")),
    *((kind, ("create", "update", "patch")) for kind in rbac.WORKLOADS),
    *((kind, ("create", "get")) for kind in ("pods/attach", "pods/ephemeralcontainers")),
    *((kind, ("impersonate",)) for kind in ("users", "groups", "serviceaccounts")),
)


def inspect(manifests: Manifests) -> Iterator[Place]:
    for pod, binding in rbac.bindings_by_pod(manifests):
        role = rbac.role_of(manifests, binding)
        rules = rbac.rules_of(manifests, role) if role is not None else []
        for resource, verbs in TAKEOVERS:
            if any(grants(rule, resource, verbs, wildcard=True) for rule in rules):
                yield at(pod, f"has by {binding.label} rights on {resource}", "serviceAccountName")
                break


CHECK = Check(
    id="RBC-010",
    title="Workload can take over other workloads or the cluster",
    severity="high",
    why="An attacker in the container uses its service account to reach Secrets, other pods or the cluster.",
    fix="Remove these permissions from the service account, or use them in a workload that is not exposed.",
    references=(
        "CIS Kubernetes 5.1",
        "CWE-269",
        "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
    ),
    inspect=inspect,
)
