"""A service reads what another one writes into a shared volume."""

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
    title="A service reads what another one writes into a shared volume",
    severity="low",
    why="What the writer is made to write, the reader trusts: templates, uploads, configuration.",
    fix="Share no volume, or check what is read.",
    references=("CWE-668",),
    inspect=inspect,
    default=False,
)
