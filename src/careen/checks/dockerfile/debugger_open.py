"""Debugger or console listens on every address."""

from collections.abc import Iterator

from careen.checks.steps import of_step
from careen.formats.dockerfile.stages import Dockerfile
from careen.formats.services.debuggers import open_debuggers
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    """Of the last stage alone: a stage for developers may well have a debugger."""
    if not document.stages:
        return
    steps = [step for stage in reversed(document.lineage(document.stages[-1])) for step in stage.steps if not step.onbuild]
    variables = [
        (name, step.resolve(value, document.escape))
        for step in steps
        if step.keyword == "ENV"
        for name, value, _ in step.instruction.pairs
    ]
    last = {step.keyword: step for step in steps if step.keyword in ("ENTRYPOINT", "CMD")}
    started = [last[keyword] for keyword in ("ENTRYPOINT", "CMD") if keyword in last]
    words = [word for step in started for word in step.instruction.words]
    for what in open_debuggers(words, variables):
        yield of_step(started[-1], f"the start command opens {what}")


CHECK = Check(
    id="DKR-101",
    title="Debugger or console listens on every address",
    severity="high",
    why="Whoever reaches the port runs code in the process, without a password.",
    fix="Remove the option from the command of the last stage, or let it listen on 127.0.0.1 and forward the port.",
    references=("CWE-489", "CWE-306"),
    inspect=inspect,
)
