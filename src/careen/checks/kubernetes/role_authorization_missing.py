"""The API server does not use RBAC."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import controlplane
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container, value in controlplane.flag(manifests, "kube-apiserver", "authorization-mode"):
        if "RBAC" not in controlplane.listed(value):
            yield at(container, "does not use RBAC", "command")


CHECK = Check(
    id="K8S-209",
    title="The API server does not use RBAC",
    severity="high",
    why="Rights cannot be given by roles; who is let in has what another mode gives, often everything.",
    fix="Add RBAC to --authorization-mode.",
    references=(
        "CIS Kubernetes 1.2.9",
        "CWE-862",
    ),
    inspect=inspect,
)
