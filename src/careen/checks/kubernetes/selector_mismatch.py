"""Selector does not match the workload's own pods."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.formats.kubernetes.selectors import matches
from careen.plugins import Check, Place

KINDS = ("deployment", "statefulset", "daemonset", "replicaset", "replicationcontroller", "deploymentconfig", "rollout")


def inspect(manifests: Manifests) -> Iterator[Place]:
    for pod in manifests.pods:
        selector = pod.resource.spec.map("selector")
        if selector and pod.resource.lower in KINDS and not matches(pod.labels, selector):
            yield at(pod.resource, "does not select its own pods", "spec", "selector")


CHECK = Check(
    id="K8S-064",
    title="Selector does not match the workload's own pods",
    severity="low",
    why="The API rejects it, or it creates pods without end because it never counts them.",
    fix="Add the labels of the selector to the pod template.",
    references=("https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#selector",),
    inspect=inspect,
)
