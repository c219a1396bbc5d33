"""Sensitive hostPath is mounted."""

from collections.abc import Iterator

from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place

SENSITIVE = (
    *("/bin", "/boot", "/dev", "/etc", "/home", "/lib", "/lib64", "/proc", "/root", "/run", "/sbin", "/sys", "/usr"),
    *("/var/lib/containerd", "/var/lib/containers", "/var/lib/crio", "/var/lib/docker", "/var/lib/etcd", "/var/lib/kubelet"),
    *("/var/log", "/var/lib/rancher", "/var/run", "/var/spool/cron", "/opt/cni"),
)


def inspect(manifests: Manifests) -> Iterator[Place]:
    for pod in manifests.pods:
        for volume, path in pod.host_paths():
            if any(_overlap(path, folder) for folder in SENSITIVE):
                yield Place(f"{pod.label} mounts {path} of the host", volume.line, path=pod.resource.path)


def _overlap(path: str, folder: str) -> bool:
    """Whether one of the two paths contains the other."""
    return (path + "/").startswith(folder + "/") or (folder + "/").startswith(path.rstrip("/") + "/")


CHECK = Check(
    id="K8S-103",
    title="Sensitive hostPath is mounted",
    severity="high",
    why=(
        "The path has configuration, devices, keys or containers of the node: reading it is often enough to control the node."
    ),
    fix="Remove the mount, or mount only the file that is needed, read-only.",
    references=(
        "PSS baseline: HostPath Volumes",
        "CIS Docker 5.6",
        "CWE-668",
    ),
    inspect=inspect,
)
