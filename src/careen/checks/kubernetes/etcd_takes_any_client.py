"""etcd takes clients without a certificate."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import controlplane
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container, value in controlplane.flag(manifests, "etcd", "client-cert-auth"):
        if value != "true":
            yield at(container, "takes clients without a certificate", "command")


CHECK = Check(
    id="K8S-243",
    title="etcd takes clients without a certificate",
    severity="critical",
    why="Whoever reaches its port reads every Secret and writes the state of the cluster.",
    fix="Set --client-cert-auth=true.",
    references=(
        "CIS Kubernetes 2.2",
        "CWE-306",
    ),
    inspect=inspect,
)
