"""The API server checks service account tokens with its own TLS key."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import controlplane
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    lacking = controlplane.without_flag(manifests, "kube-apiserver", "service-account-key-file")
    for container, missing in lacking:
        yield at(container, f"does not set {missing}", "command")


CHECK = Check(
    id="K8S-225",
    title="The API server checks service account tokens with its own TLS key",
    severity="medium",
    why="The key that signs tokens cannot be changed without changing the certificate of the server.",
    fix="Set --service-account-key-file to a key of its own.",
    references=(
        "CIS Kubernetes 1.2.25",
        "CWE-323",
    ),
    inspect=inspect,
)
