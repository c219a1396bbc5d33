"""Container runs as root although its image does not."""

from collections.abc import Iterator, Sequence

from careen.formats.images.user_name import is_root
from careen.formats.services.container_inspect import Running
from careen.plugins import Check, Place


def inspect(containers: Sequence[Running]) -> Iterator[Place]:
    for container in containers:
        if container.image_user and _is_root(container.user) and not _is_root(container.image_user):
            yield Place(f"container {container.name} runs as root, its image as {container.image_user}", path=container.name)


def _is_root(user: str) -> bool:
    return not user.partition(":")[0] or is_root(user)


CHECK = Check(
    id="RTM-001",
    title="Container runs as root although its image does not",
    severity="high",
    why="The image is built to run without privileges; an attacker who breaks into this container is root nevertheless.",
    fix="Start the container without --user, or with the user of the image.",
    references=(
        "CIS Docker 4.1",
        "CWE-250",
    ),
    inspect=inspect,
)
