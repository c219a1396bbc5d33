"""The API server does not verify etcd."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import controlplane
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    lacking = controlplane.without_flag(manifests, "kube-apiserver", "etcd-cafile")
    for container, missing in lacking:
        yield at(container, f"does not set {missing}", "command")


CHECK = Check(
    id="K8S-229",
    title="The API server does not verify etcd",
    severity="medium",
    why="Who stands between them reads and changes the whole state of the cluster.",
    fix="Set --etcd-cafile.",
    references=(
        "CIS Kubernetes 1.2.29",
        "CWE-295",
    ),
    inspect=inspect,
)
