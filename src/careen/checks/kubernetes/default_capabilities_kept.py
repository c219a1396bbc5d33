"""A container keeps the default capabilities of the runtime."""

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
    title="A container keeps the default capabilities of the runtime",
    severity="low",
    why="Fourteen capabilities come by default, among them raw sockets, changing owners and making devices.",
    fix="Drop ALL, or each one that is not needed.",
    references=(
        "CIS Kubernetes 5.2.10",
        "CWE-250",
    ),
    inspect=inspect,
    default=False,
)
