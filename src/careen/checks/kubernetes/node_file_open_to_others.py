"""Permissions of a node configuration file are too open."""

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
    title="Permissions of a node configuration file are too open",
    severity="medium",
    why="Other users of the node can read or change manifests, keys and credentials of the control plane or the kubelet.",
    fix="Run chmod 600 on the file (700 on the etcd data folder).",
    references=(
        "CIS Kubernetes 1.1, 4.1",
        "CWE-732",
    ),
    inspect=inspect,
)
