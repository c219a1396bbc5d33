"""The API server answers anonymous requests."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import controlplane
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container, value in controlplane.flag(manifests, "kube-apiserver", "anonymous-auth"):
        if value != "false":
            yield at(container, "answers anonymous requests", "command")


CHECK = Check(
    id="K8S-201",
    title="The API server answers anonymous requests",
    severity="high",
    why="What roles grant to system:unauthenticated is open to whoever reaches the port.",
    fix="Set --anonymous-auth=false, or limit it to the health endpoints by an authentication configuration.",
    references=(
        "CIS Kubernetes 1.2.1",
        "CWE-306",
    ),
    inspect=inspect,
)
