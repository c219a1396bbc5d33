"""The API server takes tokens of service accounts that were deleted."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import controlplane
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container, value in controlplane.flag(manifests, "kube-apiserver", "service-account-lookup"):
        if value == "false":
            yield at(container, "takes tokens of deleted service accounts", "command")


CHECK = Check(
    id="K8S-224",
    title="The API server takes tokens of service accounts that were deleted",
    severity="medium",
    why="Deleting a service account does not end the rights of who has its token.",
    fix="Remove --service-account-lookup=false.",
    references=(
        "CIS Kubernetes 1.2.24",
        "CWE-613",
    ),
    inspect=inspect,
)
