"""Containers without resource limits or requests."""

from collections.abc import Iterator
from functools import partial

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def _lacks(kind: str, resource: str, manifests: Manifests) -> Iterator[Place]:
    for container in manifests.containers:
        if not container.node.text("resources", f"{kind}s", resource):
            yield at(container, f"has no {resource} {kind}", "resources", f"{kind}s")


CHECKS = (
    Check(
        id="K8S-022",
        title="Container has no memory limit",
        severity="low",
        why="A memory leak or an attack takes all memory of the node, and the kernel kills other containers.",
        fix="Set resources.limits.memory, for example 256Mi.",
        references=("CWE-770", "NSA hardening guide"),
        inspect=partial(_lacks, "limit", "memory"),
    ),
    Check(
        id="K8S-041",
        title="Container has no CPU limit",
        severity="low",
        why="A busy or compromised container takes all CPUs of the node from its neighbours.",
        fix="Set resources.limits.cpu, for example 500m.",
        references=("CWE-770", "NSA hardening guide"),
        inspect=partial(_lacks, "limit", "cpu"),
    ),
    Check(
        id="K8S-042",
        title="Container has no memory request",
        severity="low",
        why="The scheduler reserves no memory for the pod, and it is the first to be evicted.",
        fix="Set resources.requests.memory, for example 128Mi.",
        references=("CWE-770", "NSA hardening guide"),
        inspect=partial(_lacks, "request", "memory"),
    ),
    Check(
        id="K8S-043",
        title="Container has no CPU request",
        severity="low",
        why="The scheduler reserves no CPU for the pod, and it gets too little when the node is busy.",
        fix="Set resources.requests.cpu, for example 100m.",
        references=("CWE-770", "NSA hardening guide"),
        inspect=partial(_lacks, "request", "cpu"),
    ),
    Check(
        id="K8S-044",
        title="Container has no ephemeral-storage limit",
        severity="negligible",
        why="Logs and files of one container fill the disk of the node, which then evicts pods.",
        fix="Set resources.limits.ephemeral-storage, for example 1Gi.",
        references=("CWE-770", "NSA hardening guide"),
        inspect=partial(_lacks, "limit", "ephemeral-storage"),
        default=False,
    ),
)
