"""Second account with UID 0."""

from collections.abc import Iterator

from careen.formats.images.image_document import ImageDocument
from careen.plugins import Check, Place


def inspect(document: ImageDocument) -> Iterator[Place]:
    for account in document.accounts:
        if account.uid == 0 and account.name != "root":
            yield Place(f"{account.name!r} has uid 0", path="etc/passwd", line=account.line)


CHECK = Check(
    id="IMG-011",
    title="Second account with UID 0",
    severity="high",
    why="An account with UID 0 is root under another name, a classic backdoor.",
    fix="Remove the account, or give it another UID.",
    references=("CWE-250",),
    inspect=inspect,
)
