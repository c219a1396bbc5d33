"""SecurityContextConstraints allows privileged containers."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for resource in manifests.of("SecurityContextConstraints"):
        if resource.body.get("allowPrivilegedContainer") is True:
            yield at(resource, "allows privileged containers", "allowPrivilegedContainer")


CHECK = Check(
    id="K8S-107",
    title="SecurityContextConstraints allows privileged containers",
    severity="high",
    why="Every service account that may use it can start containers that control their node.",
    fix="Set allowPrivilegedContainer to false; use a separate constraint for the few that need more.",
    references=("CWE-250",),
    inspect=inspect,
)
