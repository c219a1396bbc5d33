"""File capabilities on a program that no package owns."""

from collections.abc import Iterator

from careen.formats.images.image_document import ImageDocument
from careen.plugins import Check, Place


def inspect(document: ImageDocument) -> Iterator[Place]:
    for entry in document.filesystem.entries:
        if entry.capabilities and not entry.owned:
            yield Place(f"/{entry.path} has file capabilities", path=entry.path)


CHECK = Check(
    id="IMG-007",
    title="File capabilities on a program that no package owns",
    severity="medium",
    why="Anyone who runs the program gets a part of the privileges of root.",
    fix="Remove them (setcap -r FILE), and give the container the capabilities that it needs.",
    references=("CWE-250", "CIS Docker 1.6, 5.4"),
    inspect=inspect,
)
