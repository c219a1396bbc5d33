"""Container runtime socket is mounted (docker.sock), alone or with a folder that has it."""

import re
from collections.abc import Iterator

from careen.formats.kubernetes.manifest_files import Manifests
from careen.formats.services.socket_folders import has_engine_socket
from careen.plugins import Check, Place

SOCKET = re.compile(r"/(?:docker|dockershim|containerd|containerd-[\w.-]+|crio|cri-dockerd|podman|buildkitd|frakti)\.sock$")


def inspect(manifests: Manifests) -> Iterator[Place]:
    for pod in manifests.pods:
        for volume, path in pod.host_paths():
            if SOCKET.search(path) or has_engine_socket(path):
                yield Place(f"{pod.label} mounts {path} of the host", volume.line, path=pod.resource.path)
    for build in manifests.of("BuildConfig"):
        custom = build.spec.map("strategy", "customStrategy")
        if custom.get("exposeDockerSocket") is True:
            line = custom.line_of("exposeDockerSocket")
            yield Place(f"{build.label} gives its builder the socket of the engine", line, path=build.path)


CHECK = Check(
    id="K8S-006",
    title="Container runtime socket is mounted (docker.sock)",
    severity="critical",
    why="Anyone who can use the socket starts containers as root on the node; mounting it read-only does not prevent that.",
    fix="Remove the hostPath volume. Build images with a rootless builder, and watch containers through the Kubernetes API.",
    references=(
        "PSS baseline: HostPath Volumes",
        "CIS Docker 5.32",
        "CWE-250",
    ),
    inspect=inspect,
)
