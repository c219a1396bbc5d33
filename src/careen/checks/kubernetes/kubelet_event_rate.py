"""A kubelet has no sound limit on events."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import controlplane
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for resource, value, keys in controlplane.kubelet(manifests, "event-qps"):
        if value is not None and value.startswith("-"):
            yield at(resource, "has no sound limit on events", *keys)


CHECK = Check(
    id="K8S-258",
    title="A kubelet has no sound limit on events",
    severity="low",
    why="Events that tell of an attack are lost, or flood the API server.",
    fix="Set eventRecordQPS to 0 or to a number that captures what is needed.",
    references=(
        "CIS Kubernetes 4.2.9",
        "CWE-778",
    ),
    inspect=inspect,
)
