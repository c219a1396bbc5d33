"""A PodDisruptionBudget allows no disruption at all."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.formats.kubernetes.quantity import count
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for budget in manifests.of("PodDisruptionBudget"):
        if count(budget.spec.get("maxUnavailable"), of=100) == 0:
            yield at(budget, "allows no disruption", "spec", "maxUnavailable")
        if budget.spec.text("minAvailable") == "100%":
            yield at(budget, "allows no disruption", "spec", "minAvailable")


CHECK = Check(
    id="K8S-080",
    title="A PodDisruptionBudget allows no disruption at all",
    severity="negligible",
    why="Nodes cannot be drained: security updates of nodes wait for somebody to delete the budget.",
    fix="Allow one pod at least to be away.",
    references=("https://kubernetes.io/docs/tasks/run-application/configure-pdb/",),
    inspect=inspect,
)
