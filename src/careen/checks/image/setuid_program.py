"""setuid or setgid program that no package owns."""

from collections.abc import Iterator

from careen.formats.images.image_document import ImageDocument
from careen.plugins import Check, Place


def inspect(document: ImageDocument) -> Iterator[Place]:
    for entry in document.filesystem.entries:
        if entry.kind in "fh" and not entry.owned and entry.mode & 0o6000 and entry.mode & 0o111:
            kind = "set-user-ID" if entry.mode & 0o4000 else "set-group-ID"
            owner = entry.uid if entry.mode & 0o4000 else entry.gid
            yield Place(f"/{entry.path} is {kind} of {owner} (mode {entry.mode & 0o7777:04o})", path=entry.path)


CHECK = Check(
    id="IMG-006",
    title="setuid or setgid program that no package owns",
    severity="medium",
    why="Anyone who runs it gets the privileges of its owner, often root, and no distribution maintains it.",
    fix="Remove the bit (chmod a-s FILE), or start containers with no-new-privileges.",
    references=("CIS Docker 1.6, 4.8", "CWE-250", "CWE-732"),
    inspect=inspect,
    line="RUN chmod a-s /{path}",
)
