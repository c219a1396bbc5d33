"""The user is not a numeric UID, or does not exist in the image."""

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
    title="The user is not a numeric UID, or does not exist in the image",
    severity="low",
    why=(
        "Kubernetes admits a pod with runAsNonRoot only if the image's user is a number: what a name stands for "
        "is in a file that it does not read. A name that is in no passwd starts nowhere at all."
    ),
    fix="Name the user by number: USER 10001:10001.",
    references=("CWE-250", "https://kubernetes.io/docs/tasks/configure-pod-container/security-context/"),
    inspect=inspect,
)
