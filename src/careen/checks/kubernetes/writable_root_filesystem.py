"""Root file system is writable (readOnlyRootFilesystem)."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container in manifests.containers:
        if container.security.get("readOnlyRootFilesystem") is not True:
            yield at(container, "may write to its root file system", "securityContext", "readOnlyRootFilesystem")


CHECK = Check(
    id="K8S-021",
    title="Root file system is writable (readOnlyRootFilesystem)",
    severity="low",
    why="An attacker can replace programs and leave tools behind.",
    fix="Set readOnlyRootFilesystem: true, and mount an emptyDir for paths that the program writes to.",
    references=(
        "CIS Docker 5.13",
        "CWE-732",
        "NSA hardening guide",
    ),
    inspect=inspect,
)
