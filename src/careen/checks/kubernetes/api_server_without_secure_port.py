"""The API server has no port with TLS."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import controlplane
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container, value in controlplane.flag(manifests, "kube-apiserver", "secure-port"):
        if value == "0":
            yield at(container, "has no port with TLS", "command")


CHECK = Check(
    id="K8S-217",
    title="The API server has no port with TLS",
    severity="high",
    why="Nothing is left but a port without encryption and without any question who is there.",
    fix="Remove --secure-port=0.",
    references=(
        "CIS Kubernetes 1.2.17",
        "CWE-319",
    ),
    inspect=inspect,
)
