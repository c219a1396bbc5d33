"""Configuration is included from a remote host."""

import re
from collections.abc import Iterator

from careen.formats.services.compose import Compose
from careen.plugins import Check, Place

REMOTE = re.compile(r"(?:https?|git|ssh|oci|s3)://|git@|github\.com/")


def inspect(compose: Compose) -> Iterator[Place]:
    for reference in compose.unresolved:
        name = reference.what.partition(" ")[2]
        if REMOTE.match(name):
            yield Place(f"takes {name}, which is not read", reference.line, path=reference.path)


CHECK = Check(
    id="CMP-062",
    title="Configuration is included from a remote host",
    severity="medium",
    why="Whoever controls it decides what is started, with which privileges. Careen does not fetch or check it.",
    fix="Copy it to the repository, or pin it by digest or commit.",
    references=(
        "CWE-829",
        "CWE-494",
    ),
    inspect=inspect,
)
