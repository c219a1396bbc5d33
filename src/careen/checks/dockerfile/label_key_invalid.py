"""The key of a label is not well formed."""

import re
from collections.abc import Iterator

from careen.checks.steps import of_step
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place

_KEY = re.compile(r"[a-z](?:[a-z0-9]|[._-](?=[a-z0-9]))*")


def inspect(document: Dockerfile) -> Iterator[Place]:
    for step in document.of("LABEL"):
        for name, _, _ in step.instruction.pairs:
            key = name.strip("'\"")
            if not _KEY.fullmatch(key) or key.startswith(("com.docker.", "io.docker.", "org.dockerproject.")):
                yield of_step(step, f"LABEL {key}")


CHECK = Check(
    id="DKR-080",
    title="The key of a label is not well formed",
    severity="negligible",
    why="Other characters are refused by some registries; reserved name spaces have a meaning of their own.",
    fix="Write lower case letters, digits, dots and hyphens, begun by a letter, in a name space of your own.",
    references=("Hadolint DL3048",),
    inspect=inspect,
)
