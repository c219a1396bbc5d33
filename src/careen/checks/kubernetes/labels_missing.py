"""Labels that state what a workload is."""

from collections.abc import Callable, Iterator
from functools import partial

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place

COMMON = "app.kubernetes.io/"
PLAIN = frozenset(("app", "component", "env", "environment", "k8s-app", "name", "owner", "phase", "team", "tier", "version"))


def _lacks(is_wanted: Callable[[str], bool], message: str, manifests: Manifests) -> Iterator[Place]:
    for pod in manifests.pods:
        if not any(is_wanted(key) for labels in (pod.labels, pod.resource.labels) for key in labels):
            yield at(pod.resource, message, "metadata", "labels")


CHECKS = (
    Check(
        id="K8S-297",
        title="Workload has no common label (app.kubernetes.io/…)",
        severity="negligible",
        why="Tools recognise the parts of an application by these labels; without them, owners of an alert are hard to find.",
        fix="Set app.kubernetes.io/name, and instance, version, part-of and managed-by if they apply.",
        references=("https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/",),
        inspect=partial(_lacks, lambda key: key.startswith(COMMON), "has no label of app.kubernetes.io"),
        default=False,
    ),
    Check(
        id="K8S-298",
        title="Workload has no label that describes it",
        severity="negligible",
        why="Services, network policies and dashboards select by labels, and cannot select this workload.",
        fix="Set labels such as app, tier, owner or those of app.kubernetes.io.",
        references=("https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/",),
        inspect=partial(_lacks, lambda key: key in PLAIN or key.startswith(COMMON), "has no label that describes it"),
        default=False,
    ),
)
