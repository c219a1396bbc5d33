"""Privileged container shares a writable volume."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for pod in manifests.pods:
        strong = [
            container
            for container in pod.containers
            if container.security.get("privileged") is True or "SYS_ADMIN" in container.added
        ]
        for volume in pod.volumes if strong else ():
            users = list(pod.mounts(volume.text("name")))
            writers = [user for user, mount in users if user not in strong and mount.get("readOnly") is not True]
            for container in (user for user, _ in users if user in strong and writers):
                message = f"shares volume {volume.text('name')} with {writers[0].name}, which may write it"
                yield at(container, message, "volumeMounts")


CHECK = Check(
    id="K8S-121",
    title="Privileged container shares a writable volume",
    severity="medium",
    why="An attacker in the other container can plant files that the privileged one reads or runs, and so control the node.",
    fix="Mount the volume read-only in the other container, or remove the privileges.",
    references=(
        "CWE-668",
        "CWE-269",
    ),
    inspect=inspect,
)
