"""The API server keeps no audit log."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import controlplane
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    lacking = controlplane.without_flag(manifests, "kube-apiserver", "audit-log-path")
    for container, missing in lacking:
        yield at(container, f"does not set {missing}", "command")


CHECK = Check(
    id="K8S-219",
    title="The API server keeps no audit log",
    severity="medium",
    why="After a break-in nobody can tell what was read or changed.",
    fix="Set --audit-log-path and an audit policy.",
    references=(
        "CIS Kubernetes 1.2.19",
        "CWE-778",
    ),
    inspect=inspect,
)
