"""PodDisruptionBudget keeps more pods than the HPA minimum."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests, Resource
from careen.formats.kubernetes.quantity import count
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    scalers: dict[tuple[str, str], Resource] = {}
    for scaler in manifests.of("HorizontalPodAutoscaler"):
        target = scaler.spec.map("scaleTargetRef")
        scalers[target.text("kind"), target.text("name")] = scaler
    for budget in manifests.of("PodDisruptionBudget"):
        selector = budget.spec.map("selector")
        for pod in manifests.selected(budget.namespace, selector) if selector else ():
            if (found := scalers.get((pod.resource.kind, pod.resource.name))) is None:
                continue
            least = count(found.spec.get("minReplicas"))
            replicas = count(pod.resource.spec.get("replicas"))
            kept = count(budget.spec.get("minAvailable"), of=None if replicas is None else int(replicas))
            if least is not None and kept is not None and kept > least:
                yield at(budget, f"keeps more pods than {found.label} guarantees", "spec", "minAvailable")


CHECK = Check(
    id="K8S-082",
    title="PodDisruptionBudget keeps more pods than the HPA minimum",
    severity="negligible",
    why="At low load nodes cannot be drained, and security updates of nodes are blocked.",
    fix="Set minAvailable to at most minReplicas.",
    references=("https://kubernetes.io/docs/tasks/run-application/configure-pdb/",),
    inspect=inspect,
    default=False,
)
