"""A file of a node that runs the cluster is open to others than root."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes import control_plane
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for resource, name, values in control_plane.node_files(manifests, "Permission"):
        most = 0o700 if "Directory" in name else 0o600
        for value in values:
            if value.isdigit() and set(value) <= set("01234567") and int(value, 8) > most:
                yield at(resource, f"has {name} {value}", "info", name)


CHECK = Check(
    id="K8S-264",
    title="A file of a node that runs the cluster is open to others than root",
    severity="medium",
    why=(
        "Manifests, keys and credentials of the control plane and the kubelet can be read or changed by other users "
        "of the node."
    ),
    fix="Take all rights from group and others: chmod 600 (700 for the folder of etcd).",
    references=(
        "CIS Kubernetes 1.1, 4.1",
        "CWE-732",
    ),
    inspect=inspect,
)
