"""The API server takes no client certificates."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import controlplane
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    lacking = controlplane.without_flag(manifests, "kube-apiserver", "client-ca-file")
    for container, missing in lacking:
        yield at(container, f"does not set {missing}", "command")


CHECK = Check(
    id="K8S-228",
    title="The API server takes no client certificates",
    severity="medium",
    why="Components fall back to tokens, which can be replayed by who reads them.",
    fix="Set --client-ca-file.",
    references=(
        "CIS Kubernetes 1.2.28",
        "CWE-306",
    ),
    inspect=inspect,
)
