"""The API server takes static tokens from a file."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import controlplane
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container, value in controlplane.flag(manifests, "kube-apiserver", "token-auth-file"):
        if value:
            yield at(container, "takes static tokens from a file", "command")


CHECK = Check(
    id="K8S-202",
    title="The API server takes static tokens from a file",
    severity="high",
    why="Such tokens lie in clear text, never expire, and are only withdrawn by a restart.",
    fix="Remove --token-auth-file.",
    references=(
        "CIS Kubernetes 1.2.2",
        "CWE-256",
    ),
    inspect=inspect,
)
