"""FROM --platform is redundant."""

from collections.abc import Iterator

from careen.checks.steps import of_stage
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    for stage in document.stages:
        platform = (stage.start.flag("platform") if stage.start else None) or ""
        if platform in ("$TARGETPLATFORM", "${TARGETPLATFORM}"):
            yield of_stage(stage, f"--platform={platform}")


CHECK = Check(
    id="DKR-089",
    title="FROM --platform is redundant",
    severity="negligible",
    why="$TARGETPLATFORM is the default of FROM.",
    fix="Remove --platform.",
    references=(
        "Hadolint DL3065",
        "BuildKit RedundantTargetPlatform",
    ),
    inspect=inspect,
)
