"""Start program is writable by its own user."""

from collections.abc import Iterator

from careen.formats.images.image_document import ImageDocument
from careen.plugins import Check, Place


def inspect(document: ImageDocument) -> Iterator[Place]:
    started = frozenset(document.programs)
    for entry in document.filesystem.entries:
        ours = entry.path in started or (entry.mode & 0o111 and document.on_search_path(entry.path))
        if entry.kind in "fh" and ours and document.may_write(entry):
            yield Place(f"user {document.user.uid} may change /{entry.path}", path=entry.path)


CHECK = Check(
    id="IMG-009",
    title="Start program is writable by its own user",
    severity="low",
    why=(
        "A vulnerability that writes files can replace the program, and the attacker's code runs until the container "
        "is replaced."
    ),
    fix="Let root own programs (COPY without --chown), and give the user only its data folders.",
    references=("CWE-276",),
    inspect=inspect,
)
