"""Container has no Linux hardening."""

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
    title="Container has no Linux hardening",
    severity="medium",
    why="Neither seccomp, AppArmor, SELinux nor dropped capabilities limit an attacker who exploits the program.",
    fix="Set seccompProfile.type to RuntimeDefault and capabilities.drop to [ALL].",
    references=(
        "CIS Kubernetes 5.7.2",
        "CWE-693",
    ),
    inspect=inspect,
    default=False,
)
