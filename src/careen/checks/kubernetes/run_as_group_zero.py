"""A container runs with group 0."""

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
    title="A container runs with group 0",
    severity="low",
    why="Files of the image and of volumes that belong to the group root are open to it.",
    fix="Set runAsGroup, fsGroup and supplementalGroups to ids above 0.",
    references=("CWE-250",),
    inspect=inspect,
)
