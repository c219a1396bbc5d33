"""PATH contains an unsafe folder."""

from collections.abc import Iterator

from careen.formats.images.image_document import ImageDocument
from careen.plugins import Check, Place

SHARED = ("/tmp", "/var/tmp", "/dev/shm", "/run/lock")  # noqa: S108 -- named, not written to


def inspect(document: ImageDocument) -> Iterator[Place]:
    if "PATH" not in document.environment:
        return
    for folder in dict.fromkeys(document.search_path):
        if not folder.startswith("/"):
            yield Place(
                f"PATH holds {folder!r}, which is where a process happens to be"
                if folder
                else "PATH holds an empty part: the working folder"
            )
        elif folder.rstrip("/").startswith(SHARED):
            yield Place(f"PATH holds {folder}, where everybody writes")


CHECK = Check(
    id="IMG-019",
    title="PATH contains an unsafe folder",
    severity="high",
    why="An attacker who can write there adds a program that runs instead of the real one.",
    fix="Keep only absolute folders in PATH that root owns and others cannot write to.",
    references=("CWE-426", "CWE-427"),
    inspect=inspect,
)
