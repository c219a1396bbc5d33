"""FROM has a constant --platform."""

from collections.abc import Iterator

from careen.checks.steps import of_stage
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    """Yields stages with a constant platform, unless the stage is named after its platform, which shows that it is
    meant."""
    for stage in document.stages:
        platform = stage.start.flag("platform") if stage.start else None
        if (
            platform
            and "$" not in platform
            and not any(part in stage.name.lower() for part in platform.lower().split("/")[1:2])
        ):
            yield of_stage(stage, f"--platform={platform}")


CHECK = Check(
    id="DKR-088",
    title="FROM has a constant --platform",
    severity="low",
    why="On other machines the image is emulated or fails, and multi-platform builds contain the wrong platform.",
    fix="Remove --platform, or use $BUILDPLATFORM for stages that cross-compile.",
    references=(
        "Hadolint DL3029",
        "BuildKit FromPlatformFlagConstDisallowed",
    ),
    inspect=inspect,
)
