"""TODO: the misconfiguration in one sentence, as NAME."""

from collections.abc import Iterator

from careen.formats.images.image_document import ImageDocument
from careen.plugins import Check, Place


def inspect(document: ImageDocument) -> Iterator[Place]:
    if document.config.user == "todo":
        yield Place("TODO: what this image does")


CHECK = Check(
    id="ID",
    title="TODO: what is wrong with NAME",
    severity="low",
    why="TODO: what an attacker or an accident gains by it.",
    fix="TODO: the smallest change that removes it.",
    references=("TODO: CWE-…, CIS Docker …, or an address",),
    inspect=inspect,
    default=False,  # TODO: remove this line when the check is done
)
