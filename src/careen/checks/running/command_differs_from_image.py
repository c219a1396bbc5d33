"""Container runs another command than its image."""

from collections.abc import Iterator, Sequence

from careen.formats.services.container_inspect import Running
from careen.plugins import Check, Place


def inspect(containers: Sequence[Running]) -> Iterator[Place]:
    for one in containers:
        if one.image_command and one.command != one.image_command and one.command[:1] != one.image_command[:1]:
            program = one.command[0] if one.command else "nothing"
            yield Place(f"container {one.name} starts {program}, its image {one.image_command[0]}", path=one.name)


CHECK = Check(
    id="RTM-002",
    title="Container runs another command than its image",
    severity="negligible",
    why="The running program is not the one that was tested with the image; an attacker's shell or miner looks like this.",
    fix="If it is intended, build an image with this command; otherwise restart the container without the override.",
    references=("CWE-693",),
    inspect=inspect,
)
