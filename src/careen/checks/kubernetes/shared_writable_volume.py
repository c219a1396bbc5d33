"""Writable volume is shared by several workloads."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests, Pod
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    users: dict[tuple[str, str], list[tuple[Pod, bool]]] = {}
    for pod in manifests.pods:
        for volume in pod.volumes:
            claim = volume.map("persistentVolumeClaim")
            if name := claim.text("claimName"):
                writes = claim.get("readOnly") is not True and any(
                    mount.get("readOnly") is not True for _, mount in pod.mounts(volume.text("name"))
                )
                users.setdefault((pod.resource.namespace, name), []).append((pod, writes))
    for (_, name), sharers in users.items():
        if len(sharers) > 1 and any(writes for _, writes in sharers):
            names = ", ".join(pod.label for pod, _ in sharers[:5])
            for pod, writes in sharers:
                if writes:
                    yield at(pod, f"may write claim {name}, shared by {names}", "volumes")


CHECK = Check(
    id="K8S-026",
    title="Writable volume is shared by several workloads",
    severity="medium",
    why="An attacker in one workload can plant files that the others run or trust.",
    fix="Give each workload its own claim, mount it read-only in all but one, or use ReadWriteOncePod.",
    references=(
        "CWE-668",
        "CWE-1220",
    ),
    inspect=inspect,
)
