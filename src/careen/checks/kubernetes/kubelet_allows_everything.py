"""A kubelet authorizes every request."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import controlplane
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for resource, value, keys in controlplane.kubelet(manifests, "authorization-mode"):
        if value is None or "AlwaysAllow" in value:
            yield at(resource, "authorizes every request", *keys)


CHECK = Check(
    id="K8S-251",
    title="A kubelet authorizes every request",
    severity="critical",
    why="Whoever is let in may run commands in the pods of the node.",
    fix="Set authorization.mode to Webhook.",
    references=(
        "CIS Kubernetes 4.2.2",
        "CWE-862",
    ),
    inspect=inspect,
)
