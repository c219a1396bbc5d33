"""The API server does not limit the rate of events."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import controlplane
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container, value in controlplane.flag(manifests, "kube-apiserver", "enable-admission-plugins"):
        if "EventRateLimit" not in controlplane.listed(value):
            yield at(container, "does not limit the rate of events", "command")


CHECK = Check(
    id="K8S-210",
    title="The API server does not limit the rate of events",
    severity="low",
    why="One workload floods the API server and etcd with events.",
    fix="Add EventRateLimit to --enable-admission-plugins, with a configuration.",
    references=(
        "CIS Kubernetes 1.2.10",
        "CWE-770",
    ),
    inspect=inspect,
)
