"""A kubelet gives its node another name."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import controlplane
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for resource, value, keys in controlplane.kubelet(manifests, "hostname-override"):
        if value:
            yield at(resource, "gives its node another name", *keys)


CHECK = Check(
    id="K8S-257",
    title="A kubelet gives its node another name",
    severity="low",
    why="Certificates and logs no longer name the machine they are about.",
    fix="Remove --hostname-override.",
    references=(
        "CIS Kubernetes 4.2.8",
        "CWE-778",
    ),
    inspect=inspect,
)
