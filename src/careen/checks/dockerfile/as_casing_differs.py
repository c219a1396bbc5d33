"""FROM and AS have different casing."""

from collections.abc import Iterator

from careen.checks.steps import of_stage
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    for stage in document.stages:
        if stage.start is None or not stage.name:
            continue
        word = stage.start.words[1]
        if (stage.start.written.isupper(), stage.start.written.islower()) != (word.isupper(), word.islower()):
            yield of_stage(stage, f"{stage.start.written} … {word}")


CHECK = Check(
    id="DKR-043",
    title="FROM and AS have different casing",
    severity="negligible",
    why="Mixed casing makes stage names hard to find.",
    fix="Write AS in the same case as FROM.",
    references=("BuildKit FromAsCasing",),
    inspect=inspect,
)
