"""apt is used in a script."""

from collections.abc import Iterator

from careen.checks.steps import of_call, shown
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    for call in document.calls("apt"):
        yield of_call(call, shown(call.command.words))


CHECK = Check(
    id="DKR-058",
    title="apt is used in a script",
    severity="negligible",
    why="Its output and options are made for people and may change.",
    fix="Use apt-get and apt-cache.",
    references=(
        "Hadolint DL3027",
        "Checkov CKV_DOCKER_9",
    ),
    inspect=inspect,
)
