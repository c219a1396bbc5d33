"""EXPOSE names an address or a mapping."""

from collections.abc import Iterator

from careen.checks.steps import of_step
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    for step in document.of("EXPOSE"):
        for word in step.instruction.words:
            if ":" in step.resolve(word, document.escape) and "${" not in word:
                yield of_step(step, f"EXPOSE {word}")


CHECK = Check(
    id="DKR-031",
    title="EXPOSE names an address or a mapping",
    severity="low",
    why="EXPOSE names the port the container listens on; addresses and host ports belong to docker run.",
    fix="Write the container's port alone: EXPOSE 80.",
    references=("BuildKit ExposeInvalidFormat",),
    inspect=inspect,
)
