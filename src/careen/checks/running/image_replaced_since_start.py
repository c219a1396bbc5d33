"""The tag of a running image now points to another image."""

from collections.abc import Iterator, Sequence

from careen.formats.services.container_inspect import Running
from careen.plugins import Check, Place


def inspect(containers: Sequence[Running]) -> Iterator[Place]:
    for one in containers:
        if one.moved:
            yield Place(f"container {one.name} runs an older {one.image} than the one that is here", path=one.name)


CHECK = Check(
    id="RTM-005",
    title="The tag of a running image now points to another image",
    severity="low",
    why=(
        "A newer image was pulled or built, with its fixes, and the container still runs the old one; a scan by name looks at "
        "the wrong image."
    ),
    fix="Start the container anew, and name images by digest.",
    references=(
        "CIS Docker 5.28",
        "CWE-1104",
    ),
    inspect=inspect,
)
