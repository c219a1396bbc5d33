"""Pod has no security context."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place

FIELDS = frozenset(
    (
        *("appArmorProfile", "fsGroup", "fsGroupChangePolicy", "runAsGroup", "runAsNonRoot", "runAsUser", "seccompProfile"),
        *("seLinuxChangePolicy", "seLinuxOptions", "supplementalGroups", "supplementalGroupsPolicy", "sysctls"),
        "windowsOptions",
    )
)


def inspect(manifests: Manifests) -> Iterator[Place]:
    for pod in manifests.pods:
        if not any(key in FIELDS for key in pod.security):
            yield at(pod, "sets no security context", "securityContext")


CHECK = Check(
    id="K8S-102",
    title="Pod has no security context",
    severity="low",
    why="The image and the runtime decide the user, groups and profiles of every container.",
    fix="Set runAsNonRoot, seccompProfile and the ids in the pod's securityContext, which containers inherit.",
    references=(
        "CIS Kubernetes 5.7.3",
        "CWE-1188",
    ),
    inspect=inspect,
    default=False,
)
