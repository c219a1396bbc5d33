"""A second account has UID 0."""

from collections.abc import Iterator

from careen.formats.images.image_document import ImageDocument
from careen.plugins import Check, Place


def inspect(document: ImageDocument) -> Iterator[Place]:
    for account in document.accounts:
        if account.uid == 0 and account.name != "root":
            yield Place(f"{account.name!r} has uid 0", path="etc/passwd", line=account.line)


CHECK = Check(
    id="IMG-011",
    title="A second account has UID 0",
    severity="high",
    why="An account with uid 0 has all rights, is in no list of administrators, and is a classic back door.",
    fix="Remove the account, or give it a number of its own.",
    references=("CWE-250",),
    inspect=inspect,
)
