"""etcd speaks to its peers without TLS."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import controlplane
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    lacking = controlplane.without_flag(manifests, "etcd", "peer-cert-file", "peer-key-file")
    for container, missing in lacking:
        yield at(container, f"does not set {missing}", "command")


CHECK = Check(
    id="K8S-245",
    title="etcd speaks to its peers without TLS",
    severity="high",
    why="The whole state of the cluster passes between the members readable.",
    fix="Set --peer-cert-file and --peer-key-file.",
    references=(
        "CIS Kubernetes 2.4",
        "CWE-319",
    ),
    inspect=inspect,
)
