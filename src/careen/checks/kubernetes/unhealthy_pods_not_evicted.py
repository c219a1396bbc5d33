"""unhealthyPodEvictionPolicy is not set."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for budget in manifests.of("PodDisruptionBudget"):
        if not budget.spec.text("unhealthyPodEvictionPolicy"):
            yield at(budget, "does not say whether unhealthy pods may be evicted", "spec")


CHECK = Check(
    id="K8S-083",
    title="unhealthyPodEvictionPolicy is not set",
    severity="negligible",
    why="By default a pod that never became ready blocks the drain of its node.",
    fix="Set unhealthyPodEvictionPolicy: AlwaysAllow in the PodDisruptionBudget.",
    references=("https://kubernetes.io/docs/tasks/run-application/configure-pdb/#unhealthy-pod-eviction-policy",),
    inspect=inspect,
    default=False,
)
