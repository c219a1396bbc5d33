"""The controller manager signs no tokens with a key of its own."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import controlplane
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    lacking = controlplane.without_flag(manifests, "kube-controller-manager", "service-account-private-key-file")
    for container, missing in lacking:
        yield at(container, f"does not set {missing}", "command")


CHECK = Check(
    id="K8S-236",
    title="The controller manager signs no tokens with a key of its own",
    severity="medium",
    why="Tokens of service accounts cannot be verified, or their key cannot be rotated by itself.",
    fix="Set --service-account-private-key-file.",
    references=(
        "CIS Kubernetes 1.3.4",
        "CWE-323",
    ),
    inspect=inspect,
)
