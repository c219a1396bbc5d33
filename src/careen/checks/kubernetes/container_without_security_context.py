"""Container has no security context."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container in manifests.containers:
        if not container.security:
            yield at(container, "has no security context of its own", "securityContext")


CHECK = Check(
    id="K8S-291",
    title="Container has no security context",
    severity="low",
    why="Privilege escalation, capabilities and a writable root file system keep their defaults, which are the least safe.",
    fix="Set securityContext with allowPrivilegeEscalation: false, capabilities.drop: [ALL] and readOnlyRootFilesystem: true.",
    references=(
        "CIS Kubernetes 5.7.3",
        "CWE-1188",
    ),
    inspect=inspect,
    default=False,
)
