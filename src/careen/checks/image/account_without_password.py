"""An account has an empty password."""

from collections.abc import Iterator

from careen.formats.images.image_document import ImageDocument
from careen.plugins import Check, Place


def inspect(document: ImageDocument) -> Iterator[Place]:
    for account in document.accounts:
        if account.password == "" and account.logs_in:
            yield Place(f"{account.name!r} (uid {account.uid}) has an empty password", path="etc/passwd", line=account.line)


CHECK = Check(
    id="IMG-010",
    title="An account has an empty password",
    severity="high",
    why="Whoever reaches a log-in, su or a database that asks PAM is that user without being asked anything.",
    fix="Lock it: passwd -l NAME, or an asterisk in etc/shadow.",
    references=("CWE-258", "CVE-2019-5021"),
    inspect=inspect,
)
