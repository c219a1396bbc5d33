"""etcd takes peers without a certificate."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import controlplane
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container, value in controlplane.flag(manifests, "etcd", "peer-client-cert-auth"):
        if value != "true":
            yield at(container, "takes peers without a certificate", "command")


CHECK = Check(
    id="K8S-246",
    title="etcd takes peers without a certificate",
    severity="critical",
    why="Whoever reaches the port joins as a member and has the state of the cluster.",
    fix="Set --peer-client-cert-auth=true.",
    references=(
        "CIS Kubernetes 2.5",
        "CWE-306",
    ),
    inspect=inspect,
)
