"""Container runs with GID 0 (root group)."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Container, Manifests, Pod
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for pod in manifests.pods:
        holders: tuple[Pod | Container, ...] = (pod, *pod.containers)
        for holder in holders:
            for key in ("runAsGroup", "fsGroup"):
                if holder.security.text(key) == "0":
                    yield at(holder, f"has {key} 0", "securityContext", key)
        if "0" in pod.security.texts("supplementalGroups"):
            yield at(pod, "has group 0 among its supplementalGroups", "securityContext", "supplementalGroups")


CHECK = Check(
    id="K8S-036",
    title="Container runs with GID 0 (root group)",
    severity="low",
    why="The container can access files of the image and of volumes that belong to the group root.",
    fix="Set runAsGroup, fsGroup and supplementalGroups to GIDs above 0.",
    references=("CWE-250",),
    inspect=inspect,
)
