"""CMD or ENTRYPOINT is in shell form."""

from collections.abc import Iterator

from careen.checks.steps import of_step
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    """Yields commands in shell form, but not in a stage with SHELL, which shows that a shell is wanted."""
    for step in document.of("CMD", "ENTRYPOINT"):
        if step.instruction.text and not step.instruction.json and not step.shell:
            yield of_step(step, f"{step.keyword} {step.instruction.text[:60]}")


CHECK = Check(
    id="DKR-018",
    title="CMD or ENTRYPOINT is in shell form",
    severity="low",
    why="A shell becomes the first process: it does not forward the stop signal, and it expands the arguments.",
    fix='Use the exec form, a JSON array: CMD ["app", "--flag"].',
    references=(
        "Hadolint DL3025",
        "BuildKit JSONArgsRecommended",
    ),
    inspect=inspect,
)
