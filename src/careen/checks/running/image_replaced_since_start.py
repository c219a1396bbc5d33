"""Container runs an outdated image: its tag has moved."""

from collections.abc import Iterator, Sequence

from careen.formats.services.container_inspect import Running
from careen.plugins import Check, Place


def inspect(containers: Sequence[Running]) -> Iterator[Place]:
    for container in containers:
        if container.moved:
            yield Place(
                f"container {container.name} runs an older {container.image} than the one that is here", path=container.name
            )


CHECK = Check(
    id="RTM-005",
    title="Container runs an outdated image: its tag has moved",
    severity="low",
    why=(
        "A newer image was pulled or built, but the container still runs the old one without its fixes. A scan by "
        "name assesses the wrong image."
    ),
    fix="Recreate the container, and reference images by digest.",
    references=(
        "CIS Docker 5.28",
        "CWE-1104",
    ),
    inspect=inspect,
)
