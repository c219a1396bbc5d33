"""The API server does not show etcd a certificate."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import controlplane
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    lacking = controlplane.without_flag(manifests, "kube-apiserver", "etcd-certfile", "etcd-keyfile")
    for container, missing in lacking:
        yield at(container, f"does not set {missing}", "command")


CHECK = Check(
    id="K8S-226",
    title="The API server does not show etcd a certificate",
    severity="high",
    why="etcd cannot tell it from others, so it is open to all who reach it: it holds every Secret.",
    fix="Set --etcd-certfile and --etcd-keyfile.",
    references=(
        "CIS Kubernetes 1.2.26",
        "CWE-306",
    ),
    inspect=inspect,
)
