"""Port is out of range."""

from collections.abc import Iterator

from careen.checks.steps import of_step
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    for step in document.of("EXPOSE"):
        for word in step.instruction.words:
            text = step.resolve(word, document.escape).strip("'\"").partition("/")[0]
            if any(part.isdecimal() and len(part) < 20 and int(part) > 65535 for part in text.split("-")):
                yield of_step(step, f"EXPOSE {word}")


CHECK = Check(
    id="DKR-030",
    title="Port is out of range",
    severity="low",
    why="Valid ports end at 65535: the instruction has no effect, and the service is not where it is expected.",
    fix="Use a port from 1 to 65535.",
    references=(
        "Hadolint DL3011",
        "Trivy DS-0008",
    ),
    inspect=inspect,
)
