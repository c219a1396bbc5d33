"""The API server does not say how long audit logs are kept."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import controlplane
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    lacking = controlplane.without_flag(manifests, "kube-apiserver", "audit-log-maxage")
    for container, missing in lacking:
        yield at(container, f"does not set {missing}", "command")


CHECK = Check(
    id="K8S-220",
    title="The API server does not say how long audit logs are kept",
    severity="low",
    why="The records of a break-in may be gone when it is noticed.",
    fix="Set --audit-log-maxage to 30 or more.",
    references=(
        "CIS Kubernetes 1.2.20",
        "CWE-778",
    ),
    inspect=inspect,
)
