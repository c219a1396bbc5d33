"""Node configuration file is not owned by root."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes import control_plane
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for resource, name, values in control_plane.node_files(manifests, "Ownership"):
        owners = ("etcd:etcd",) if name.startswith("etcdData") else ("root:root",)
        for value in values:
            if value not in owners:
                yield at(resource, f"has {name} {value}", "info", name)


CHECK = Check(
    id="K8S-265",
    title="Node configuration file is not owned by root",
    severity="medium",
    why="Its owner can change how the control plane or the kubelet runs.",
    fix="Run chown root:root on the file (etcd:etcd on the etcd data folder).",
    references=(
        "CIS Kubernetes 1.1, 4.1",
        "CWE-282",
    ),
    inspect=inspect,
)
