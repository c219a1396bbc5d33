"""The protocol of a port is not in lower case."""

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
    title="The protocol of a port is not in lower case",
    severity="negligible",
    why="Tools compare the protocol as text: TCP and tcp are two things to some of them.",
    fix="Write tcp, udp or sctp.",
    references=("BuildKit ExposeProtoCasing",),
    inspect=inspect,
)
