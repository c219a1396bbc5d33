"""apt is used instead of apt-get."""

from collections.abc import Iterator

from careen.checks.steps import of_call, shown
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    for call in document.calls("apt"):
        yield of_call(call, shown(call.command.words))


CHECK = Check(
    id="DKR-058",
    title="apt is used instead of apt-get",
    severity="negligible",
    why="apt is made for interactive use: its output and options may change between releases.",
    fix="Use apt-get or apt-cache.",
    references=(
        "Hadolint DL3027",
        "Checkov CKV_DOCKER_9",
    ),
    inspect=inspect,
)
