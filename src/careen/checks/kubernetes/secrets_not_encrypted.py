"""Secrets are not encrypted in etcd."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import controlplane
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    lacking = controlplane.without_flag(manifests, "kube-apiserver", "encryption-provider-config")
    for container, missing in lacking:
        yield at(container, f"does not set {missing}", "command")


CHECK = Check(
    id="K8S-230",
    title="Secrets are not encrypted in etcd",
    severity="medium",
    why="Backups and disks of etcd hold every Secret in clear text.",
    fix="Set --encryption-provider-config with a provider other than identity first.",
    references=(
        "CIS Kubernetes 1.2.30",
        "CWE-311",
    ),
    inspect=inspect,
)
