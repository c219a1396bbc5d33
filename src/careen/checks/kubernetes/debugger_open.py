"""Debugger or console of a container listens on every address."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests, command_line
from careen.formats.services.debuggers import open_debuggers
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container in manifests.containers:
        variables = [(entry.text("name"), entry.text("value")) for entry in container.node.maps("env")]
        for what in open_debuggers(command_line(container), variables):
            key = next((name for name in ("args", "command") if name in container.node), "env")
            yield at(container, f"opens {what}", key)


CHECK = Check(
    id="K8S-316",
    title="Debugger or console of a container listens on every address",
    severity="high",
    why="Every pod that reaches the port runs code in the container, without a password.",
    fix="Remove the option, or let it listen on 127.0.0.1 and use kubectl port-forward.",
    references=("CWE-489", "CWE-306"),
    inspect=inspect,
)
