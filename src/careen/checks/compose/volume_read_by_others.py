"""Service reads a volume that others write to."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.services.compose import Compose
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    for name, sharers in compose.users.items():
        writers = sorted({service.name for service, mount in sharers if not mount.read_only})
        for service, mount in sharers:
            if mount.read_only and writers:
                yield below(service, f"reads volume {name}, written by {', '.join(writers[:5])}", "volumes", mount.index)


CHECK = Check(
    id="CMP-029",
    title="Service reads a volume that others write to",
    severity="low",
    why="An attacker in the writing service controls templates, uploads or configuration that this one trusts.",
    fix="Use separate volumes, or validate what is read.",
    references=("CWE-668",),
    inspect=inspect,
    default=False,
)
