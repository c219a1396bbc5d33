"""The API server authorizes every request."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import controlplane
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container, value in controlplane.flag(manifests, "kube-apiserver", "authorization-mode"):
        if not value or "AlwaysAllow" in controlplane.listed(value):
            yield at(container, "authorizes every request", "command")


CHECK = Check(
    id="K8S-207",
    title="The API server authorizes every request",
    severity="critical",
    why="Whoever is let in is an administrator; AlwaysAllow is also what holds when nothing is set.",
    fix="Set --authorization-mode=Node,RBAC.",
    references=(
        "CIS Kubernetes 1.2.7",
        "CWE-862",
    ),
    inspect=inspect,
)
