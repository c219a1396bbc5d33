"""All controllers share one set of credentials."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import controlplane
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container, value in controlplane.flag(manifests, "kube-controller-manager", "use-service-account-credentials"):
        if value != "true":
            yield at(container, "lets all controllers share its credentials", "command")


CHECK = Check(
    id="K8S-235",
    title="All controllers share one set of credentials",
    severity="medium",
    why="Each controller then has the rights of all others.",
    fix="Set --use-service-account-credentials=true.",
    references=(
        "CIS Kubernetes 1.3.3",
        "CWE-250",
    ),
    inspect=inspect,
)
