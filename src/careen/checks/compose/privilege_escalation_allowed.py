"""no-new-privileges is not set."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.services.compose import Compose
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        if not {"no-new-privileges", "no-new-privileges=true"} & set(service.security):
            yield below(service, "may gain privileges", "security_opt")


CHECK = Check(
    id="CMP-016",
    title="no-new-privileges is not set",
    severity="low",
    why="A setuid program or a program with capabilities in the image makes its caller root.",
    fix="Add no-new-privileges:true to security_opt.",
    references=(
        "CIS Docker 5.26",
        "CWE-250",
    ),
    inspect=inspect,
)
