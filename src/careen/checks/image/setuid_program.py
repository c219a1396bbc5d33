"""A setuid or setgid program belongs to no package."""

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
    title="A setuid or setgid program belongs to no package",
    severity="medium",
    why=(
        "Whoever may start it has the rights of its owner for as long as it runs, in a container without no-"
        "new-privileges those of root. What a distribution ships is looked after; this one came with the "
        "image."
    ),
    fix="Take the bit away (chmod a-s), or start containers with no-new-privileges.",
    references=("CIS Docker 1.6, 4.8", "CWE-250", "CWE-732"),
    inspect=inspect,
)
