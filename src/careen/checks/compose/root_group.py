"""A service has the group root or docker."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.services.compose import Compose
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        groups = [*service.node.texts("group_add"), service.node.text("user").partition(":")[2]]
        found = [group for group in groups if group in ("0", "root", "docker", "wheel", "sudo")]
        if found:
            yield below(service, f"has group {found[0]}", "group_add")


CHECK = Check(
    id="CMP-044",
    title="A service has the group root or docker",
    severity="low",
    why="Files of the host that belong to the group are open to it, the engine's socket among them.",
    fix="Remove the group.",
    references=("CWE-250",),
    inspect=inspect,
)
