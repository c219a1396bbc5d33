"""HPA target is not in these manifests."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for scaler in manifests.of("HorizontalPodAutoscaler"):
        target = scaler.spec.map("scaleTargetRef")
        if manifests.named(target.text("kind"), target.text("name"), scaler.namespace) is None:
            yield at(scaler, f"scales {target.text('kind')} {target.text('name')}, which is not here", "spec", "scaleTargetRef")


CHECK = Check(
    id="K8S-066",
    title="HPA target is not in these manifests",
    severity="negligible",
    why="The HorizontalPodAutoscaler scales nothing unless its target is deployed separately.",
    fix="Correct scaleTargetRef, or check both manifests together.",
    references=("https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/",),
    inspect=inspect,
    default=False,
)
