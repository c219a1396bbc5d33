"""Headless Service of a StatefulSet is missing."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for workload in manifests.of("StatefulSet"):
        name = workload.spec.text("serviceName")
        if name and manifests.services and manifests.named("Service", name, workload.namespace) is None:
            yield at(workload, f"names the Service {name}, which is not among the manifests", "spec", "serviceName")


CHECK = Check(
    id="K8S-268",
    title="Headless Service of a StatefulSet is missing",
    severity="low",
    why="The pods have no DNS names: members of a cluster cannot find each other.",
    fix="Add the headless Service, or correct serviceName.",
    references=("https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#stable-network-id",),
    inspect=inspect,
)
