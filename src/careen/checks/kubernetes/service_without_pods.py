"""Service selects no pod of these manifests."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes import network_policy
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for service in manifests.services:
        if service.spec.map("selector") and not network_policy.backends(manifests, service):
            yield at(service, "selects no pod", "spec", "selector")


CHECK = Check(
    id="K8S-065",
    title="Service selects no pod of these manifests",
    severity="negligible",
    why="Requests fail unless the pods are deployed separately, often because of a misspelt label.",
    fix="Correct the selector, or check the manifests of the pods together with the Service.",
    references=("https://kubernetes.io/docs/concepts/services-networking/service/",),
    inspect=inspect,
    default=False,
)
