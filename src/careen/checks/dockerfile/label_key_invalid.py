"""Label key is invalid."""

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
    title="Label key is invalid",
    severity="negligible",
    why="Some registries reject other characters, and reserved namespaces have their own meaning.",
    fix=(
        "Use lower-case letters, digits, dots and hyphens, beginning with a letter, in your own namespace (com.example.name)."
    ),
    references=("Hadolint DL3048",),
    inspect=inspect,
)
