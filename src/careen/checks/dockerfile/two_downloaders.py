"""Both wget and curl are used."""

from collections.abc import Iterator

from careen.checks.steps import of_call
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    """Yields, for each stage with both programs, the first call of the second one."""
    first: dict[int, str] = {}
    reported: set[int] = set()
    for call in document.calls("wget", "curl"):
        stage, program = call.step.stage, call.command.program
        if first.setdefault(stage, program) != program and stage not in reported:
            reported.add(stage)
            yield of_call(call, f"{program} beside {first[stage]}")


CHECK = Check(
    id="DKR-076",
    title="Both wget and curl are used",
    severity="negligible",
    why="Two programs for one task are two to install and to keep up to date.",
    fix="Use only one of them.",
    references=(
        "Hadolint DL4001",
        "Trivy DS-0014",
    ),
    inspect=inspect,
)
