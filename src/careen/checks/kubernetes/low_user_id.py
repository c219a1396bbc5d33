"""A container does not run as a user id above 10000."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container in manifests.containers:
        value = container.effective("runAsUser")
        if not isinstance(value, int) or value <= 10000:
            yield at(container, "does not run as a user id above 10000", "securityContext", "runAsUser")


CHECK = Check(
    id="K8S-037",
    title="A container does not run as a user id above 10000",
    severity="low",
    why="Ids below may be those of a user of the node, whose files a way out of the container then opens.",
    fix="Set runAsUser to an id above 10000.",
    references=("CWE-250",),
    inspect=inspect,
    default=False,
)
