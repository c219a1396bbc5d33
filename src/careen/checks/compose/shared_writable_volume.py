"""Services share a volume that more than one of them may write."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.services.compose import Compose
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    for name, sharers in compose.users.items():
        writers = [(service, mount) for service, mount in sharers if not mount.read_only]
        if len({service.name for service, _ in writers}) > 1:
            names = ", ".join(sorted({service.name for service, _ in sharers})[:5])
            for service, mount in writers:
                yield below(service, f"may write volume {name}, shared by {names}", "volumes", mount.index)


CHECK = Check(
    id="CMP-005",
    title="Services share a volume that more than one of them may write",
    severity="medium",
    why="Who breaks into one of them plants files that the others run or trust: the volume is a bridge between them.",
    fix="Give each service a volume of its own, or mount it read-only in all but one.",
    references=(
        "CWE-668",
        "CWE-1220",
    ),
    inspect=inspect,
)
