"""A pod mounts the socket of the container runtime."""

import re
from collections.abc import Iterator

from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place

SOCKET = re.compile(r"/(?:docker|dockershim|containerd|containerd-[\w.-]+|crio|cri-dockerd|podman|buildkitd|frakti)\.sock$")


def inspect(manifests: Manifests) -> Iterator[Place]:
    for pod in manifests.pods:
        for volume, path in pod.host_paths():
            if SOCKET.search(path):
                yield Place(f"{pod.label} mounts {path} of the host", volume.line, path=pod.resource.path)


CHECK = Check(
    id="K8S-006",
    title="A pod mounts the socket of the container runtime",
    severity="critical",
    why="Who writes to that socket starts containers as root on the node; mounting it read-only does not prevent that.",
    fix="Remove the mount. Build images with a rootless builder, watch containers through the API of Kubernetes.",
    references=(
        "PSS baseline: HostPath Volumes",
        "CIS Docker 5.32",
        "CWE-250",
    ),
    inspect=inspect,
)
