"""ONBUILD triggers in the image."""

from collections.abc import Iterator

from careen.formats.images.image_document import ImageDocument
from careen.plugins import Check, Place


def inspect(document: ImageDocument) -> Iterator[Place]:
    for step in document.config.on_build:
        yield Place(f"ONBUILD {step.partition(' ')[0]} is left for those who build on it")


CHECK = Check(
    id="IMG-020",
    title="ONBUILD triggers in the image",
    severity="low",
    why="ONBUILD instructions run in other people's builds, before their own Dockerfile.",
    fix="Move the instructions to the Dockerfiles that need them; use ONBUILD only in images that are made for building.",
    references=("CWE-829",),
    inspect=inspect,
)
