"""Account has an empty password."""

from collections.abc import Iterator

from careen.formats.images.image_document import ImageDocument
from careen.plugins import Check, Place


def inspect(document: ImageDocument) -> Iterator[Place]:
    for account in document.accounts:
        if account.password == "" and account.logs_in:
            yield Place(f"{account.name!r} (uid {account.uid}) has an empty password", path="etc/passwd", line=account.line)


CHECK = Check(
    id="IMG-010",
    title="Account has an empty password",
    severity="high",
    why="Anyone who reaches a login, su or a service that uses PAM gets this user without a password.",
    fix="Lock the account (passwd -l NAME), or set an asterisk in /etc/shadow.",
    references=("CWE-258", "CVE-2019-5021"),
    inspect=inspect,
)
