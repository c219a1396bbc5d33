"""A kubelet answers anonymous requests."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import controlplane
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for resource, value, keys in controlplane.kubelet(manifests, "anonymous-auth"):
        if value != "false":
            yield at(resource, "answers anonymous requests", *keys)


CHECK = Check(
    id="K8S-250",
    title="A kubelet answers anonymous requests",
    severity="high",
    why="Whoever reaches its port may run commands in the pods of the node.",
    fix="Set authentication.anonymous.enabled to false.",
    references=(
        "CIS Kubernetes 4.2.1",
        "CWE-306",
    ),
    inspect=inspect,
)
