"""Workload uses the default service account."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for pod in manifests.pods:
        if pod.service_account == "default":
            yield at(pod, "runs as the default service account", "serviceAccountName")


CHECK = Check(
    id="K8S-052",
    title="Workload uses the default service account",
    severity="low",
    why="Permissions of the account apply to every pod of the namespace that names no account.",
    fix="Create a service account for the workload and set serviceAccountName.",
    references=(
        "CIS Kubernetes 5.1.5",
        "CWE-1220",
    ),
    inspect=inspect,
    default=False,
)
