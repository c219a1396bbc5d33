"""FROM has no valid image without --build-arg."""

import re
from collections.abc import Iterator

from careen.checks.steps import of_stage
from careen.formats.dockerfile.stages import Dockerfile
from careen.formats.dockerfile.words import expand
from careen.plugins import Check, Place

_REFERENCE = re.compile(
    r"(?:[\w.-]+(?::\d+)?/)*[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?::\w[\w.-]{0,127})?(?:@\w+:[0-9a-f]{32,})?", re.IGNORECASE
)


def inspect(document: Dockerfile) -> Iterator[Place]:
    defaults = {name: value.strip("'\"") for step in document.arguments for name, value, mark in step.instruction.pairs if mark}
    declared = {name for step in document.arguments for name, _, _ in step.instruction.pairs}
    for stage in document.stages:
        empty = [name for name in re.findall(r"\$\{?(\w+)", stage.image) if name in declared and not defaults.get(name)]
        if not empty:
            continue
        try:
            image = expand(stage.image, defaults, document.escape)
        except ValueError:
            image = ""
        if not _REFERENCE.fullmatch(image):
            yield of_stage(stage, f"{stage.image} is {image or 'empty'} by default")


CHECK = Check(
    id="DKR-092",
    title="FROM has no valid image without --build-arg",
    severity="low",
    why="A build without --build-arg fails, because the ARG has no default.",
    fix="Give the ARG a default value: ARG NAME=value.",
    references=("BuildKit InvalidDefaultArgInFrom",),
    inspect=inspect,
)
