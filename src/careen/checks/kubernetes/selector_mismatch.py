"""The selector of a workload does not match its own pods."""

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
    title="The selector of a workload does not match its own pods",
    severity="low",
    why="The API refuses it, or it makes pods without end and never counts them.",
    fix="Give the template the labels that the selector asks for.",
    references=("https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#selector",),
    inspect=inspect,
)
