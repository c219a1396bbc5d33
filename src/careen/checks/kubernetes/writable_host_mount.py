"""A container may write to a path of its node."""

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
    title="A container may write to a path of its node",
    severity="medium",
    why="What it writes stays on the node after the pod and may be run or trusted by the node or by other pods.",
    fix="Set readOnly: true in the volumeMounts, or use a volume that belongs to the pod.",
    references=(
        "CIS Docker 5.6",
        "CWE-668",
        "CWE-732",
    ),
    inspect=inspect,
)
