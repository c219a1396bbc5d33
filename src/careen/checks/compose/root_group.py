"""Service is in the group root or docker."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.images.user_name import is_root
from careen.formats.services.compose import Compose
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        groups = [*service.node.texts("group_add"), service.node.text("user").partition(":")[2]]
        found = [group for group in groups if group in ("docker", "wheel", "sudo") or is_root(group)]
        if found:
            yield below(service, f"has group {found[0]}", "group_add")


CHECK = Check(
    id="CMP-044",
    title="Service is in the group root or docker",
    severity="low",
    why="The container can use files of the host that belong to the group, such as the Docker socket.",
    fix="Remove the group from group_add or user.",
    references=("CWE-250",),
    inspect=inspect,
)
