"""Start program is not executable by the user."""

from collections.abc import Iterator

from careen.formats.images.image_document import ImageDocument
from careen.plugins import Check, Place


def inspect(document: ImageDocument) -> Iterator[Place]:
    user = document.user
    if user.uid in (None, 0):
        return
    for path in document.programs[:1]:
        entry = document.entries.get(path)
        if entry is None or entry.kind not in "fh":
            continue
        shift = 6 if entry.uid == user.uid else 3 if user.gid is not None and entry.gid == user.gid else 0
        if not entry.mode >> shift & 0o1:
            yield Place(f"user {user.uid} may not run /{path} (mode {entry.mode & 0o7777:04o}, of {entry.uid})", path=path)


CHECK = Check(
    id="IMG-003",
    title="Start program is not executable by the user",
    severity="low",
    why="The container only starts as root, so operators run it as root instead of fixing the mode.",
    fix="Set the mode when copying the file: COPY --chmod=0755.",
    references=("CWE-732",),
    inspect=inspect,
)
