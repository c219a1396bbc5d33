"""Service sets cgroup_parent."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.services.compose import Compose
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        if service.node.text("cgroup_parent"):
            yield below(service, "is put under another cgroup", "cgroup_parent")


CHECK = Check(
    id="CMP-056",
    title="Service sets cgroup_parent",
    severity="low",
    why="The limits for containers may not apply in another cgroup.",
    fix="Remove cgroup_parent.",
    references=(
        "CIS Docker 5.25",
        "CWE-770",
    ),
    inspect=inspect,
)
