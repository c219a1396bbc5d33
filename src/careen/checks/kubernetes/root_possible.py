"""Container may run as root."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container in manifests.containers:
        if container.pod.node.get("hostUsers") is False or container.effective("runAsNonRoot") is True:
            continue
        user = container.effective("runAsUser")
        if not isinstance(user, int) or user <= 0:
            yield at(container, "may run as root", "securityContext")


CHECK = Check(
    id="K8S-035",
    title="Container may run as root",
    severity="medium",
    why="Neither runAsNonRoot nor a UID above 0 is set: the image decides, and most images run as root.",
    fix="Set runAsNonRoot: true, or runAsUser to a UID above 0.",
    references=(
        "CIS Kubernetes 5.2.7",
        "CWE-250",
    ),
    inspect=inspect,
    default=False,
)
