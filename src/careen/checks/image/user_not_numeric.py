"""User is not a numeric UID, or does not exist."""

from collections.abc import Iterator

from careen.formats.images.image_document import ImageDocument
from careen.plugins import Check, Place


def inspect(document: ImageDocument) -> Iterator[Place]:
    user = document.user
    if not document.config.user or user.numeric or user.uid == 0:
        return
    if user.uid is None:
        yield Place(f"the user {user.name!r} is in no etc/passwd of the image")
    else:
        yield Place(f"the user is the name {user.name!r}, not the number {user.uid}")


CHECK = Check(
    id="IMG-002",
    title="User is not a numeric UID, or does not exist",
    severity="low",
    why=(
        "Kubernetes rejects a named user with runAsNonRoot, since it cannot resolve the name. A user that is not in "
        "/etc/passwd cannot start."
    ),
    fix="Use a numeric UID: USER 10001:10001.",
    references=("CWE-250", "https://kubernetes.io/docs/tasks/configure-pod-container/security-context/"),
    inspect=inspect,
)
