"""PodDisruptionBudget keeps all replicas."""

from collections.abc import Iterator
from itertools import islice, product

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests, same_namespace
from careen.formats.kubernetes.quantity import count
from careen.formats.kubernetes.selectors import matches, plain_labels
from careen.plugins import Check, Place

MAX_PAIRS = 300_000


def inspect(manifests: Manifests) -> Iterator[Place]:
    pairs = product(manifests.of("PodDisruptionBudget"), tuple(manifests.of("Deployment", "StatefulSet", "DeploymentConfig")))
    for budget, workload in islice(pairs, MAX_PAIRS):
        selector = budget.spec.map("selector")
        labels = workload.body.map("spec", "template", "metadata", "labels") or plain_labels(workload.spec.map("selector"))
        if not same_namespace(workload.namespace, budget.namespace) or not selector or not matches(labels, selector):
            continue
        replicas = count(workload.spec.get("replicas", 1))
        least = count(budget.spec.get("minAvailable"), of=int(replicas or 0))
        if replicas is not None and least is not None and least >= replicas:
            yield at(budget, f"keeps as many pods as {workload.label} has", "spec", "minAvailable")


CHECK = Check(
    id="K8S-081",
    title="PodDisruptionBudget keeps all replicas",
    severity="negligible",
    why="Nodes cannot be drained, and security updates of nodes are blocked.",
    fix="Set minAvailable below the number of replicas, or add replicas.",
    references=("https://kubernetes.io/docs/tasks/run-application/configure-pdb/",),
    inspect=inspect,
    default=False,
)
