"""hostPath is mounted writable."""

from collections.abc import Iterator

from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for pod in manifests.pods:
        for volume, path in pod.host_paths():
            for container, mount in pod.mounts(volume.text("name")):
                if mount.get("readOnly") is not True:
                    message = f"{container.label} may write to {path} of the host"
                    yield Place(message, mount.line, path=pod.resource.path)


CHECK = Check(
    id="K8S-104",
    title="hostPath is mounted writable",
    severity="medium",
    why="Files that the container writes stay on the node, where the node or other pods may run or trust them.",
    fix="Set readOnly: true in volumeMounts, or use a volume of the pod.",
    references=(
        "CIS Docker 5.6",
        "CWE-668",
        "CWE-732",
    ),
    inspect=inspect,
)
