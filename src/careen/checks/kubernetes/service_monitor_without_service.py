"""ServiceMonitor selects no Service of these manifests."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.formats.kubernetes.selectors import matches
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for monitor in manifests.of("ServiceMonitor"):
        spaces = monitor.spec.texts("namespaceSelector", "matchNames")
        selector = monitor.spec.map("selector")
        if not any(
            (not spaces or service.namespace in spaces) and matches(service.labels, selector) for service in manifests.services
        ):
            yield at(monitor, "selects no Service", "spec")


CHECK = Check(
    id="K8S-068",
    title="ServiceMonitor selects no Service of these manifests",
    severity="negligible",
    why="Prometheus scrapes nothing unless the Services are deployed separately.",
    fix="Correct its selector or namespaceSelector, or check the manifests together.",
    references=("https://prometheus-operator.dev/docs/api-reference/api/",),
    inspect=inspect,
    default=False,
)
