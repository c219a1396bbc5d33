"""The root file system of a container is writable."""

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
    title="The root file system of a container is writable",
    severity="low",
    why="An intruder can replace programs and leave tools; the image no longer shows what runs.",
    fix="Set readOnlyRootFilesystem: true and mount an emptyDir where the program writes.",
    references=(
        "CIS Docker 5.13",
        "CWE-732",
        "NSA hardening guide",
    ),
    inspect=inspect,
)
