"""PodDisruptionBudget allows no disruption."""

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
    title="PodDisruptionBudget allows no disruption",
    severity="negligible",
    why="Nodes cannot be drained, and security updates of nodes are blocked.",
    fix="Set maxUnavailable to 1 or more.",
    references=("https://kubernetes.io/docs/tasks/run-application/configure-pdb/",),
    inspect=inspect,
)
