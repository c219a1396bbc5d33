"""user is not set: service runs as the image's user."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.services.compose import Compose
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        if not service.node.text("user"):
            yield below(service, "runs as the user of its image")


CHECK = Check(
    id="CMP-043",
    title="user is not set: service runs as the image's user",
    severity="low",
    why="Most images run as root, and the next version of this one may.",
    fix='Set user to a UID above 0, for example user: "10001".',
    references=(
        "CIS Docker 4.1",
        "CWE-250",
    ),
    inspect=inspect,
)
