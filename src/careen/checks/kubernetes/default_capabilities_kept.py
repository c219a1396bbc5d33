"""Container keeps the default capabilities of the runtime."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place

DEFAULT = frozenset(  # of containerd and Docker
    (
        *("AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD"),
        *("NET_BIND_SERVICE", "NET_RAW", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"),
    )
)


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container in manifests.containers:
        kept = DEFAULT - container.dropped
        if "ALL" in container.added or ("ALL" not in container.dropped and kept):
            yield at(container, f"keeps {', '.join(sorted(kept))}", "securityContext", "capabilities", "drop")


CHECK = Check(
    id="K8S-034",
    title="Container keeps the default capabilities of the runtime",
    severity="low",
    why="The runtime grants fourteen capabilities by default, among them raw sockets, changing owners and creating devices.",
    fix="Set capabilities.drop to [ALL], or to those that are not needed.",
    references=(
        "CIS Kubernetes 5.2.10",
        "CWE-250",
    ),
    inspect=inspect,
    default=False,
)
