"""Root without password: sudo NOPASSWD, doas nopass."""

from collections.abc import Iterator

from careen.formats.images.image_document import ImageDocument
from careen.formats.images.root_rules import Person, of_doas, of_sudo
from careen.plugins import Check, Place


def inspect(document: ImageDocument) -> Iterator[Place]:
    user = document.user
    if user.uid == 0:
        return
    person = Person(user.name, user.uid, user.gid, user.groups)
    for program, read, is_rule_file in (("sudo", of_sudo, _is_sudoers), ("doas", of_doas, _is_doas)):
        files = [(path, text) for path, text in sorted(document.texts.items()) if is_rule_file(path)]
        for path, line in read(files, person):
            yield Place(f"{program} asks {user.name!r} for no password", path=path, line=line)


def _is_sudoers(path: str) -> bool:
    folder, _, name = path.rpartition("/")
    in_folder = folder == "etc/sudoers.d" and "." not in name and not name.endswith("~")  # sudo reads no others
    return path == "etc/sudoers" or in_folder


def _is_doas(path: str) -> bool:
    return path == "etc/doas.conf" or (path.startswith("etc/doas.d/") and path.endswith(".conf"))


CHECK = Check(
    id="IMG-013",
    title="Root without password (sudo NOPASSWD, doas nopass)",
    severity="medium",
    why="Any process of that user becomes root without a password.",
    fix="Remove sudo and doas: install as root during the build, and switch with USER at the end.",
    references=("CWE-250",),
    inspect=inspect,
)
