"""EXPOSE has an address or a port mapping."""

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
    title="EXPOSE has an address or a port mapping",
    severity="low",
    why="EXPOSE documents the port of the container; host addresses and ports belong to docker run -p.",
    fix="Write only the port of the container: EXPOSE 80.",
    references=("BuildKit ExposeInvalidFormat",),
    inspect=inspect,
)
