"""etcd serves without TLS."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import controlplane
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    lacking = controlplane.without_flag(manifests, "etcd", "cert-file", "key-file")
    for container, missing in lacking:
        yield at(container, f"does not set {missing}", "command")


CHECK = Check(
    id="K8S-242",
    title="etcd serves without TLS",
    severity="high",
    why="The whole state of the cluster, with every Secret, passes the network readable.",
    fix="Set --cert-file and --key-file.",
    references=(
        "CIS Kubernetes 2.1",
        "CWE-319",
    ),
    inspect=inspect,
)
