"""A container does not run as a group id above 10000."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container in manifests.containers:
        value = container.effective("runAsGroup")
        if not isinstance(value, int) or value <= 10000:
            yield at(container, "does not run as a group id above 10000", "securityContext", "runAsGroup")


CHECK = Check(
    id="K8S-038",
    title="A container does not run as a group id above 10000",
    severity="low",
    why="Ids below may be those of a group of the node, whose files a way out of the container then opens.",
    fix="Set runAsGroup to an id above 10000.",
    references=("CWE-250",),
    inspect=inspect,
    default=False,
)
