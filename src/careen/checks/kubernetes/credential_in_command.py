"""Credential in the command of a container."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests, flags
from careen.formats.services import credentials
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container in manifests.containers:
        for name, value in flags(container).items():
            if value != "true" and credentials.is_credential(name, value):
                yield at(container, f"has a credential in its flag --{name}", "args" if "args" in container.node else "command")


CHECK = Check(
    id="K8S-050",
    title="Credential in the command of a container",
    severity="high",
    why="Command lines are readable in the API and to every process in the same PID namespace.",
    fix="Read it from a mounted Secret, and rotate the credential.",
    references=(
        "CWE-214",
        "CWE-798",
    ),
    inspect=inspect,
)
