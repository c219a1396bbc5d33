"""Container adds a capability other than NET_BIND_SERVICE."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container in manifests.containers:
        if not container.pod.windows and (beyond := container.added - {"NET_BIND_SERVICE"}):
            yield at(container, f"adds {', '.join(sorted(beyond))}", "securityContext", "capabilities", "add")


CHECK = Check(
    id="K8S-033",
    title="Container adds a capability other than NET_BIND_SERVICE",
    severity="medium",
    why="The restricted profile allows only NET_BIND_SERVICE; every other capability is a part of root's power.",
    fix="Remove the capability from securityContext.capabilities.add.",
    references=(
        "PSS restricted: Capabilities",
        "CWE-250",
    ),
    inspect=inspect,
)
