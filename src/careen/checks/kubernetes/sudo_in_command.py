"""sudo in the command of a container."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests, command_line
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container in manifests.containers:
        if "sudo" in command_line(container):
            yield at(container, "calls sudo", "command" if "command" in container.node else "args")


CHECK = Check(
    id="K8S-274",
    title="sudo in the command of a container",
    severity="medium",
    why="An attacker who breaks into the container can become root in the same way.",
    fix="Run the image as the user that it needs, and grant the one capability.",
    references=(
        "CWE-250",
        "https://kubernetes.io/docs/tasks/configure-pod-container/security-context/",
    ),
    inspect=inspect,
)
