"""PodDisruptionBudget missing."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    budgets = [(budget.namespace, budget.spec.map("selector")) for budget in manifests.of("PodDisruptionBudget")]
    covered = {id(pod) for namespace, selector in budgets for pod in manifests.selected(namespace, selector)}
    for pod in manifests.pods:
        if pod.resource.lower == "deployment" and id(pod) not in covered:
            yield at(pod.resource, "has no PodDisruptionBudget")


CHECK = Check(
    id="K8S-079",
    title="PodDisruptionBudget missing",
    severity="negligible",
    why="Draining nodes can evict all pods of the Deployment at once.",
    fix="Add a PodDisruptionBudget whose selector matches the pods.",
    references=("https://kubernetes.io/docs/tasks/run-application/configure-pdb/",),
    inspect=inspect,
    default=False,
)
