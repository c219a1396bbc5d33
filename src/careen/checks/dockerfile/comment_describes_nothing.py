"""Comment does not describe the stage or argument below it."""

from collections.abc import Iterator

from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    named = [(stage.start, stage.name) for stage in document.stages if stage.start and stage.name]
    arguments = (*document.arguments, *document.of("ARG"))
    named += [(step.instruction, name) for step in arguments for name, _, _ in step.instruction.pairs[:1]]
    for instruction, name in named:
        if instruction.comments and not instruction.comments[-1].text.startswith(
            (f"{name} ", "hadolint", "careen:", "syntax", "escape", "check")
        ):
            yield Place(f"{instruction.comments[-1].text[:60]}", instruction.comments[-1].line, instruction.comments[-1].line)


CHECK = Check(
    id="DKR-095",
    title="Comment does not describe the stage or argument below it",
    severity="negligible",
    why="docker build --call=outline shows a comment as a description of a stage or argument only if it begins with its name.",
    fix="Begin the comment with the name of the stage or argument, or put an empty line below the comment.",
    references=("BuildKit InvalidDefinitionDescription",),
    inspect=inspect,
    default=False,
)
