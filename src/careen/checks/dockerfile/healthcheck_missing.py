"""HEALTHCHECK missing."""

from collections.abc import Iterator

from careen.checks.steps import of_stage
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    if not document.stages:
        return
    last = document.stages[-1]
    if not any(stage.of("HEALTHCHECK") for stage in document.lineage(last)):
        yield of_stage(last, "no HEALTHCHECK in the last stage")


CHECK = Check(
    id="DKR-021",
    title="HEALTHCHECK missing",
    severity="negligible",
    why="Docker and Swarm cannot detect a process that hangs. Kubernetes uses its own probes instead.",
    fix="Add HEALTHCHECK with a cheap command, or HEALTHCHECK NONE if the orchestrator has probes.",
    references=(
        "CIS Docker 1.6, 4.6",
        "Hadolint DL3057",
        "Trivy DS-0026",
        "Checkov CKV_DOCKER_2",
    ),
    inspect=inspect,
)
