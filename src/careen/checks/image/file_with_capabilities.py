"""A program with file capabilities belongs to no package."""

from collections.abc import Iterator

from careen.formats.images.image_document import ImageDocument
from careen.plugins import Check, Place


def inspect(document: ImageDocument) -> Iterator[Place]:
    for entry in document.filesystem.entries:
        if entry.capabilities and not entry.owned:
            yield Place(f"/{entry.path} has file capabilities", path=entry.path)


CHECK = Check(
    id="IMG-007",
    title="A program with file capabilities belongs to no package",
    severity="medium",
    why="Capabilities in the file system give whoever starts the program a part of root's rights.",
    fix="Give the container the capabilities that it needs instead, or take them from the file (setcap -r).",
    references=("CWE-250", "CIS Docker 1.6, 5.4"),
    inspect=inspect,
)
