"""Variable injects code into every program (LD_PRELOAD …)."""

from collections.abc import Iterator

from careen.checks.steps import of_step
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    for step in document.of("ENV"):
        for name, value, _ in step.instruction.pairs:
            text = step.resolve(value, document.escape)
            if name in ("LD_PRELOAD", "LD_AUDIT") and text:
                yield of_step(step, f"{name}={text[:60]}")
            elif (
                name == "PATH"
                and any(part and part[0] not in "/$\\" and ":" not in part for part in text.split(":"))
                and "\\" not in text
            ):
                yield of_step(step, f"PATH has a relative folder: {text[:60]}")


CHECK = Check(
    id="DKR-097",
    title="Variable injects code into every program (LD_PRELOAD …)",
    severity="medium",
    why="Every program of the image loads the library or option, with the privileges of that program.",
    fix="Set the variable only for the command that needs it.",
    references=("CWE-426",),
    inspect=inspect,
)
