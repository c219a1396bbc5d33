"""A kubelet has its read-only port open."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import controlplane
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for resource, value, keys in controlplane.kubelet(manifests, "read-only-port"):
        if value not in (None, "0"):
            yield at(resource, "has its read-only port open", *keys)


CHECK = Check(
    id="K8S-253",
    title="A kubelet has its read-only port open",
    severity="high",
    why="It tells pods, environment and metrics of the node to whoever reaches the port, without any question.",
    fix="Set readOnlyPort to 0.",
    references=(
        "CIS Kubernetes 4.2.4",
        "CWE-306",
    ),
    inspect=inspect,
)
