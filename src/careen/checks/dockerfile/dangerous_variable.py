"""LD_PRELOAD, LD_AUDIT or a relative PATH is set."""

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
    title="LD_PRELOAD, LD_AUDIT or a relative PATH is set",
    severity="medium",
    why="Every program loads the library, or runs a program from the working folder instead of the real one.",
    fix="Remove the variable, or set it only for the command that needs it; use absolute folders in PATH.",
    references=("CWE-426",),
    inspect=inspect,
)
