"""Limits and requests of containers that are not set."""

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
        title="A container has no memory limit",
        severity="low",
        why="One leak or flood takes the memory of the node and the kernel kills its neighbours.",
        fix="Set resources.limits.memory, for example 256Mi.",
        references=("CWE-770", "NSA hardening guide"),
        inspect=partial(_lacks, "limit", "memory"),
    ),
    Check(
        id="K8S-041",
        title="A container has no CPU limit",
        severity="low",
        why="A busy or hijacked container takes all processors of the node from its neighbours.",
        fix="Set resources.limits.cpu, for example 500m.",
        references=("CWE-770", "NSA hardening guide"),
        inspect=partial(_lacks, "limit", "cpu"),
    ),
    Check(
        id="K8S-042",
        title="A container has no memory request",
        severity="low",
        why="The scheduler places the pod as if it needed nothing, and it is the first to be evicted.",
        fix="Set resources.requests.memory, for example 128Mi.",
        references=("CWE-770", "NSA hardening guide"),
        inspect=partial(_lacks, "request", "memory"),
    ),
    Check(
        id="K8S-043",
        title="A container has no CPU request",
        severity="low",
        why="The scheduler places the pod as if it needed nothing, and it starves when the node is busy.",
        fix="Set resources.requests.cpu, for example 100m.",
        references=("CWE-770", "NSA hardening guide"),
        inspect=partial(_lacks, "request", "cpu"),
    ),
    Check(
        id="K8S-044",
        title="A container has no ephemeral-storage limit",
        severity="negligible",
        why="Logs and files of one container fill the disk of the node, which then evicts pods.",
        fix="Set resources.limits.ephemeral-storage, for example 1Gi.",
        references=("CWE-770", "NSA hardening guide"),
        inspect=partial(_lacks, "limit", "ephemeral-storage"),
        default=False,
    ),
)
