"""Container engine socket is mounted (docker.sock), alone or with a folder that has it."""

import re
from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.services.compose import Compose
from careen.formats.services.socket_folders import has_engine_socket
from careen.plugins import Check, Place

SOCKET = re.compile(r"(?:docker|containerd|crio|podman|buildkitd)(?:[.-]\w+)?\.sock$|pipe[\\/]+docker_engine$")


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        for mount in service.mounts():
            if SOCKET.search(mount.shown) or has_engine_socket(mount.host_path):
                yield below(service, f"mounts {mount.shown}", "volumes", mount.index)
        if service.is_on("use_api_socket"):
            yield below(service, "is given the socket of the engine", "use_api_socket")


CHECK = Check(
    id="CMP-002",
    title="Container engine socket is mounted (docker.sock)",
    severity="critical",
    why="Anyone who can use the socket starts containers as root on the host; mounting it read-only does not prevent that.",
    fix="Remove the mount, or use a socket proxy that allows only the API calls that are needed.",
    references=(
        "CIS Docker 5.32",
        "CWE-250",
    ),
    inspect=inspect,
)
