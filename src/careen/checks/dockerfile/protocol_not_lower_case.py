"""Port protocol is not lower case."""

from collections.abc import Iterator

from careen.checks.steps import of_step
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    for step in document.of("EXPOSE"):
        for word in step.instruction.words:
            protocol = word.partition("/")[2]
            if "$" not in protocol and protocol != protocol.lower():
                yield of_step(step, f"EXPOSE {word}")


CHECK = Check(
    id="DKR-032",
    title="Port protocol is not lower case",
    severity="negligible",
    why="Some tools compare the protocol as text and do not recognise TCP as tcp.",
    fix="Use tcp, udp or sctp.",
    references=("BuildKit ExposeProtoCasing",),
    inspect=inspect,
)
