"""FROM uses a variable that no ARG declares."""

import re
from collections.abc import Iterator

from careen.checks.steps import of_stage
from careen.formats.dockerfile.stages import PLATFORM_ARGS, Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    known = {name for step in document.arguments for name, _, _ in step.instruction.pairs} | PLATFORM_ARGS.keys()
    for stage in document.stages:
        if stage.start is None:
            continue
        for text in (stage.image, stage.start.flag("platform") or ""):
            for name in _used(text):
                if name not in known:
                    yield of_stage(stage, f"${name} is declared nowhere before")


def _used(text: str) -> list[str]:
    """The variables in a text that have no default value (``${X:-word}`` has one)."""
    return [name for name, mark in re.findall(r"\$\{?(\w+)(:?[-+])?", text) if not mark]


CHECK = Check(
    id="DKR-091",
    title="FROM uses a variable that no ARG declares",
    severity="medium",
    why="The variable is empty: the build uses another image than intended, or fails.",
    fix="Declare the variable with ARG before the first FROM.",
    references=("BuildKit UndefinedArgInFrom",),
    inspect=inspect,
)
