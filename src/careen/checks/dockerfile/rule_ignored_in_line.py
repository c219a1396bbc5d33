"""Comment suppresses a check."""

import re
from collections.abc import Iterator

from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    for comment in document.comments:
        if re.match(
            r"(?:hadolint\s+(?:global\s+|stage\s+)?ignore\s*=|careen:ignore|check\s*=\s*skip=|checkov:skip=|trivy:ignore:)",
            comment.text,
        ):
            yield Place(comment.text[:80], comment.line, comment.line)


CHECK = Check(
    id="DKR-083",
    title="Comment suppresses a check",
    severity="negligible",
    why="A suppressed misconfiguration is easily forgotten, especially without a reason.",
    fix="Remove the comment, or add the reason to it.",
    references=("Hadolint DL1001",),
    inspect=inspect,
    default=False,
)
