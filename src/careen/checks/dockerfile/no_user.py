"""USER missing: the image runs as the base image's user."""

import re
from collections.abc import Iterator

from careen.checks.steps import of_stage
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    if not document.stages:
        return
    line = document.lineage(document.stages[-1])
    if any(stage.of("USER") for stage in line):
        return
    if re.search(r"(?:^|[-_.:/])(?:nonroot|rootless|unprivileged)(?:$|[-_.@:])", line[-1].resolved):
        return  # names of base images that set a user
    yield of_stage(document.stages[-1], f"no USER after FROM {line[-1].image}")


CHECK = Check(
    id="DKR-022",
    title="USER missing: the image runs as the base image's user",
    severity="high",
    why="Without USER the container runs as the user of the base image, which is root for nearly all images.",
    fix="Create a user and end the last stage with USER and its numeric id, for example USER 10001.",
    references=(
        "CIS Docker 1.6, 4.1",
        "CWE-250",
        "Trivy DS-0002",
        "Checkov CKV_DOCKER_3",
    ),
    inspect=inspect,
)
