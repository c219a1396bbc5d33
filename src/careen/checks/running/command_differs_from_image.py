"""Container runs another command than its image."""

from collections.abc import Iterator, Sequence

from careen.formats.services.container_inspect import Running
from careen.plugins import Check, Place


def inspect(containers: Sequence[Running]) -> Iterator[Place]:
    for container in containers:
        if (
            container.image_command
            and container.command != container.image_command
            and container.command[:1] != container.image_command[:1]
        ):
            program = container.command[0] if container.command else "nothing"
            yield Place(
                f"container {container.name} starts {program}, its image {container.image_command[0]}", path=container.name
            )


CHECK = Check(
    id="RTM-002",
    title="Container runs another command than its image",
    severity="negligible",
    why="The running program is not the one that was tested with the image; an attacker's shell or miner looks like this.",
    fix="If it is intended, build an image with this command; otherwise restart the container without the override.",
    references=("CWE-693",),
    inspect=inspect,
)
