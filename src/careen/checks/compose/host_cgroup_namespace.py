"""A service is in the cgroup namespace of its host."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.compose import Compose
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        if service.node.text("cgroup") == "host":
            yield below(service, "is in the cgroup namespace of the host", "cgroup")


CHECK = Check(
    id="CMP-034",
    title="A service is in the cgroup namespace of its host",
    severity="medium",
    why="It sees, and as root changes, the limits of other containers.",
    fix="Remove cgroup.",
    references=(
        "CIS Docker 5.25",
        "CWE-653",
    ),
    inspect=inspect,
)
