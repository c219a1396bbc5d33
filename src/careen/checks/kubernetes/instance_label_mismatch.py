"""Instance label differs from the resource name."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for pod in manifests.pods:
        resource = pod.resource
        if resource.labels.text("app.kubernetes.io/instance") != resource.name:
            yield at(resource, "is not named as its label app.kubernetes.io/instance", "metadata", "labels")


CHECK = Check(
    id="K8S-090",
    title="Instance label differs from the resource name",
    severity="negligible",
    why="Tools that find resources by the recommended labels do not find it.",
    fix="Set app.kubernetes.io/instance to the name of the resource.",
    references=("https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/",),
    inspect=inspect,
    default=False,
)
