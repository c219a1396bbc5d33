"""Stage name is used twice."""

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
    title="Stage name is used twice",
    severity="low",
    why="COPY --from refers to one or the other stage, depending on its position.",
    fix="Give each stage a unique name.",
    references=(
        "Hadolint DL3024",
        "Trivy DS-0012",
        "BuildKit DuplicateStageName",
        "Checkov CKV_DOCKER_11",
    ),
    inspect=inspect,
)
