"""A role may speak to kubelets through the API server."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import rbac
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for granted in rbac.granting(manifests, ("nodes/proxy",), ("get", "create")):
        yield at(granted.rule, granted.said, "resources")


CHECK = Check(
    id="RBC-009",
    title="A role may speak to kubelets through the API server",
    severity="high",
    why="The kubelet runs commands in every pod of its node, past audit and admission.",
    fix="Use nodes/metrics, nodes/stats or nodes/log instead.",
    references=(
        "CIS Kubernetes 5.1.10",
        "CWE-269",
        "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
    ),
    inspect=inspect,
)
