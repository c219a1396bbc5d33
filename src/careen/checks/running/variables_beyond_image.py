"""A container has variables that its image does not have."""

from collections.abc import Iterator, Sequence

from careen.formats.services.container_inspect import Running
from careen.plugins import Check, Place


def inspect(containers: Sequence[Running]) -> Iterator[Place]:
    for one in containers:
        if one.added_variables:
            names = ", ".join(one.added_variables[:8]) + (" …" if len(one.added_variables) > 8 else "")
            yield Place(f"container {one.name} is given {names}", path=one.name)


CHECK = Check(
    id="RTM-003",
    title="A container has variables that its image does not have",
    severity="negligible",
    why="Variables steer what a program loads and whom it trusts; who reads the image alone does not see them.",
    fix="Nothing, if they are meant; credentials belong into secrets.",
    references=("CWE-526",),
    inspect=inspect,
    default=False,
)
