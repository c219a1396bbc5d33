"""The API server does not say how many audit logs are kept."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import controlplane
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    lacking = controlplane.without_flag(manifests, "kube-apiserver", "audit-log-maxbackup")
    for container, missing in lacking:
        yield at(container, f"does not set {missing}", "command")


CHECK = Check(
    id="K8S-221",
    title="The API server does not say how many audit logs are kept",
    severity="low",
    why="The records of a break-in may be overwritten.",
    fix="Set --audit-log-maxbackup to 10 or more.",
    references=(
        "CIS Kubernetes 1.2.21",
        "CWE-778",
    ),
    inspect=inspect,
)
