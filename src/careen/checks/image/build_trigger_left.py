"""ONBUILD triggers are left in the image."""

from collections.abc import Iterator

from careen.formats.images.image_document import ImageDocument
from careen.plugins import Check, Place


def inspect(document: ImageDocument) -> Iterator[Place]:
    for step in document.config.on_build:
        yield Place(f"ONBUILD {step.partition(' ')[0]} is left for those who build on it")


CHECK = Check(
    id="IMG-020",
    title="ONBUILD triggers are left in the image",
    severity="low",
    why="ONBUILD instructions run in the builds of others, before anything of their own Dockerfile.",
    fix=(
        "Write the steps where they belong; keep ONBUILD to images that are made for building, and make that "
        "clear in their name."
    ),
    references=("CWE-829",),
    inspect=inspect,
)
