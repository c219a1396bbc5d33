"""Container has variables that its image does not have."""

from collections.abc import Iterator, Sequence

from careen.formats.services.container_inspect import Running
from careen.plugins import Check, Place


def inspect(containers: Sequence[Running]) -> Iterator[Place]:
    for container in containers:
        if container.added_variables:
            names = ", ".join(container.added_variables[:8]) + (" …" if len(container.added_variables) > 8 else "")
            yield Place(f"container {container.name} is given {names}", path=container.name)


CHECK = Check(
    id="RTM-003",
    title="Container has variables that its image does not have",
    severity="negligible",
    why="Variables decide what a program loads and trusts; a review of the image does not show them.",
    fix="Keep variables that are intended; move credentials to secrets.",
    references=("CWE-526",),
    inspect=inspect,
    default=False,
)
