"""A role may make or change workloads."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import rbac
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for granted in rbac.granting(manifests, rbac.WORKLOADS, (*rbac.WRITE, "impersonate")):
        yield at(granted.rule, granted.said, "resources")


CHECK = Check(
    id="RBC-005",
    title="A role may make or change workloads",
    severity="high",
    why=(
        "Who makes a pod mounts any Secret of the namespace, takes any service account and, where admission allows, the node."
    ),
    fix="Give the right to deployers alone; enforce the restricted Pod Security Standard in the namespace.",
    references=(
        "CIS Kubernetes 5.1.4",
        "CWE-269",
        "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
    ),
    inspect=inspect,
)
