"""A container runs another command than its image."""

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
    title="A container runs another command than its image",
    severity="negligible",
    why="What was tested with the image is not what runs; a shell or a miner started in place of the program looks like this.",
    fix="Nothing, if it is meant: build it into an image of its own otherwise.",
    references=("CWE-693",),
    inspect=inspect,
)
