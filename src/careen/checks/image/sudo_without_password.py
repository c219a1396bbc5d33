"""sudo without password (NOPASSWD)."""

from collections.abc import Iterator

from careen.formats.images.image_document import ImageDocument
from careen.plugins import Check, Place


def inspect(document: ImageDocument) -> Iterator[Place]:
    user = document.user
    who = {"ALL", user.name, f"#{user.uid}", *(f"%{group}" for group in user.groups)}
    for path, number, line in document.lines("etc/sudoers", "etc/sudoers.d/"):
        name, _, rest = line.strip().partition(" ")
        passwordless = "NOPASSWD" in rest or (name == "Defaults" and "!authenticate" in rest)
        if passwordless and user.uid != 0 and (name in who or name == "Defaults") and not line.lstrip().startswith("#"):
            yield Place(f"sudo asks {user.name!r} for no password", path=path, line=number)


CHECK = Check(
    id="IMG-013",
    title="sudo without password (NOPASSWD)",
    severity="medium",
    why="Any process of that user becomes root without a password.",
    fix="Remove sudo: install as root during the build, and switch with USER at the end.",
    references=("CWE-250",),
    inspect=inspect,
)
