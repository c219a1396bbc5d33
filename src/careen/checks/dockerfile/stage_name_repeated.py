"""Two stages have the same name."""

from collections.abc import Iterator

from careen.checks.steps import of_stage
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    seen: set[str] = set()
    for stage in document.stages:
        name = stage.name.lower()
        if name in seen:
            yield of_stage(stage, f"{stage.name} is the name of an earlier stage")
        elif name:
            seen.add(name)


CHECK = Check(
    id="DKR-039",
    title="Two stages have the same name",
    severity="low",
    why="COPY --from then means the later or the earlier one, depending on where it stands.",
    fix="Give each stage a name of its own.",
    references=(
        "Hadolint DL3024",
        "Trivy DS-0012",
        "BuildKit DuplicateStageName",
        "Checkov CKV_DOCKER_11",
    ),
    inspect=inspect,
)
