"""A kubelet changes kernel parameters of its node."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import controlplane
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for resource, value, keys in controlplane.kubelet(manifests, "protect-kernel-defaults"):
        if value != "true":
            yield at(resource, "may change kernel parameters", *keys)


CHECK = Check(
    id="K8S-255",
    title="A kubelet changes kernel parameters of its node",
    severity="low",
    why="Values that were hardened by hand are overwritten.",
    fix="Set protectKernelDefaults to true.",
    references=(
        "CIS Kubernetes 4.2.6",
        "CWE-1188",
    ),
    inspect=inspect,
)
