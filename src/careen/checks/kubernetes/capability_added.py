"""Container adds a capability."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container in manifests.containers:
        if container.added:
            yield at(container, f"adds {', '.join(sorted(container.added))}", "securityContext", "capabilities", "add")


CHECK = Check(
    id="K8S-101",
    title="Container adds a capability",
    severity="negligible",
    why="Each capability is a part of root's power; most programs need none.",
    fix="Remove securityContext.capabilities.add if the program works without it.",
    references=(
        "CIS Kubernetes 5.2.9",
        "CWE-250",
    ),
    inspect=inspect,
    default=False,
)
