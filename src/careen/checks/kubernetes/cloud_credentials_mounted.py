"""Cloud credentials of the node are mounted."""

import re
from collections.abc import Iterator

from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place

CREDENTIALS = re.compile(
    r"/\.(?:aws|azure|kube|oci)(?:/.*)?$|/\.config/(?:gcloud|doctl)(?:/.*)?$"
    r"|/(?:azure\.json|cloud-config|cloud\.conf|gce\.conf|application_default_credentials\.json)$"
)


def inspect(manifests: Manifests) -> Iterator[Place]:
    for pod in manifests.pods:
        for volume, path in pod.host_paths():
            if CREDENTIALS.search(path):
                yield Place(f"{pod.label} mounts {path} of the host", volume.line, path=pod.resource.path)


CHECK = Check(
    id="K8S-293",
    title="Cloud credentials of the node are mounted",
    severity="high",
    why="An attacker in the container acts as the node, or its administrator, towards the cloud account.",
    fix="Remove the mount; give the workload an identity of its own (IRSA, Workload Identity).",
    references=(
        "CWE-522",
        "PSS baseline: HostPath Volumes",
    ),
    inspect=inspect,
)
