"""A container starts its program by sudo."""

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
    title="A container starts its program by sudo",
    severity="medium",
    why="Whoever takes the container over may become root by the same way.",
    fix="Let the image run as the user that it needs, and give the one right by capabilities.",
    references=(
        "CWE-250",
        "https://kubernetes.io/docs/tasks/configure-pod-container/security-context/",
    ),
    inspect=inspect,
)
