"""Image is built from a remote context."""

import re
from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.services.compose import Compose
from careen.plugins import Check, Place

REMOTE = re.compile(r"(?:https?|git|ssh)://|git@|github\.com/")
COMMIT = re.compile(r"#[0-9a-f]{40}\b")


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        build = service.node.get("build")
        context = build if isinstance(build, str) else service.node.text("build", "context")
        if REMOTE.match(context) and not COMMIT.search(context):
            yield below(service, f"is built from {context}", "build")


CHECK = Check(
    id="CMP-063",
    title="Image is built from a remote context",
    severity="medium",
    why="Whoever controls the remote files decides what runs here; without a commit they change without notice.",
    fix="Copy the sources, or pin a commit.",
    references=(
        "CWE-829",
        "CWE-494",
    ),
    inspect=inspect,
)
