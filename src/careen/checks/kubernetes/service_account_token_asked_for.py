"""Service account token is mounted explicitly."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.data.yaml_document import Mapping
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place

FOLDER = "/var/run/secrets/kubernetes.io/serviceaccount"


def inspect(manifests: Manifests) -> Iterator[Place]:
    for pod in manifests.pods:
        if pod.node.get("automountServiceAccountToken") is True:
            yield at(pod, "asks for a token of the API", "automountServiceAccountToken")
        elif "automountServiceAccountToken" not in pod.node:
            for container in pod.containers:
                for index, mount in enumerate(container.node.seq("volumeMounts")):
                    if isinstance(mount, Mapping) and mount.text("mountPath").startswith(FOLDER):
                        yield at(container, "mounts a token of the API", "volumeMounts", index)


CHECK = Check(
    id="K8S-051",
    title="Service account token is mounted explicitly",
    severity="negligible",
    why="An attacker who breaks into the pod has the permissions of its service account.",
    fix="Remove automountServiceAccountToken: true and the token volume if the pod does not use the API.",
    references=(
        "CIS Kubernetes 5.1.6",
        "CWE-522",
    ),
    inspect=inspect,
    default=False,
)
