"""Storage class disables encryption."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for resource in manifests.of("StorageClass"):
        if resource.body.text("parameters", "encrypted") == "false":
            yield at(resource, "switches encryption off", "parameters", "encrypted")


CHECK = Check(
    id="K8S-109",
    title="Storage class disables encryption",
    severity="low",
    why="Anyone who gets the disks, snapshots or backups of the volumes can read them.",
    fix='Set the parameter encrypted to "true".',
    references=("CWE-311",),
    inspect=inspect,
)
