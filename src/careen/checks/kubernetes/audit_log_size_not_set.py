"""The API server does not say how large audit logs may grow."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import controlplane
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    lacking = controlplane.without_flag(manifests, "kube-apiserver", "audit-log-maxsize")
    for container, missing in lacking:
        yield at(container, f"does not set {missing}", "command")


CHECK = Check(
    id="K8S-222",
    title="The API server does not say how large audit logs may grow",
    severity="low",
    why="Logs may fill the disk of the control plane, or be cut where they matter.",
    fix="Set --audit-log-maxsize to 100 or as fits the disk.",
    references=(
        "CIS Kubernetes 1.2.22",
        "CWE-778",
    ),
    inspect=inspect,
)
