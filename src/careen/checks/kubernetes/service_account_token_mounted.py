"""Service account token is mounted automatically."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for pod in manifests.pods:
        if manifests.mounts_token(pod):
            yield at(pod, f"gets a token of service account {pod.service_account}", "automountServiceAccountToken")


CHECK = Check(
    id="K8S-025",
    title="Service account token is mounted automatically",
    severity="medium",
    why="An attacker who breaks into any container uses the API with the permissions of the service account.",
    fix=(
        "Set automountServiceAccountToken: false in the pod or its service account; if a token is needed, grant few "
        "permissions."
    ),
    references=(
        "CIS Kubernetes 5.1.6",
        "CWE-522",
        "KEP-1205",
    ),
    inspect=inspect,
)
