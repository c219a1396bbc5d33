"""A container has no Linux hardening at all."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes import pod_security
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container in manifests.containers:
        apparmor = container.pod.annotations.text(pod_security.APPARMOR_ANNOTATION + container.name)
        profile = container.security.text("appArmorProfile", "type") or container.pod.security.text("appArmorProfile", "type")
        if (
            pod_security.seccomp(container) in pod_security.PROFILES
            or (apparmor or profile or "unconfined").lower() != "unconfined"
            or container.security.map("seLinuxOptions")
            or container.pod.security.map("seLinuxOptions")
            or (container.dropped and "ALL" not in container.added)
        ):
            continue
        yield at(container, "has neither seccomp, AppArmor, SELinux nor dropped capabilities", "securityContext")


CHECK = Check(
    id="K8S-091",
    title="A container has no Linux hardening at all",
    severity="medium",
    why=(
        "Neither seccomp, AppArmor, SELinux nor dropped capabilities stand between a vulnerability in the program "
        "and the kernel."
    ),
    fix="Set seccompProfile.type to RuntimeDefault and drop all capabilities.",
    references=(
        "CIS Kubernetes 5.7.2",
        "CWE-693",
    ),
    inspect=inspect,
    default=False,
)
