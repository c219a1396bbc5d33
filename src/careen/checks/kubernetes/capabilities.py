"""Capabilities that make a container as good as root on its node, or next to it."""

from collections.abc import Iterator
from functools import partial

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.model.advisory import Severity
from careen.plugins import Check, Place


def _adds(capability: str, name: str, manifests: Manifests) -> Iterator[Place]:
    for container in manifests.containers:
        if capability in container.added:
            yield at(container, f"adds {name}", "securityContext", "capabilities", "add")


def _check(id: str, capability: str, severity: Severity, why: str) -> Check:
    name = "all capabilities" if capability == "ALL" else f"the capability {capability}"
    return Check(
        id=id,
        title=f"A container adds {name}",
        severity=severity,
        why=why,
        fix=f"Remove {capability} from securityContext.capabilities.add.",
        references=("PSS baseline: Capabilities", "CIS Kubernetes 5.2.9", "CWE-250"),
        inspect=partial(_adds, capability, name),
    )


CHECKS = (
    _check(
        "K8S-092",
        "SYS_ADMIN",
        "high",
        "It mounts, enters namespaces and reaches much of the kernel: as good as root on the node.",
    ),
    _check(
        "K8S-093",
        "NET_RAW",
        "medium",
        "It forges packets: neighbours on the network of the node can be spoofed and listened to.",
    ),
    _check("K8S-094", "SYS_MODULE", "critical", "It loads code into the kernel of the node."),
    _check(
        "K8S-095",
        "NET_ADMIN",
        "high",
        "It changes addresses, routes and firewall rules, and listens to all traffic of its network namespace.",
    ),
    _check("K8S-096", "ALL", "critical", "All capabilities together are root on the node in all but name."),
    _check(
        "K8S-097",
        "SYS_PTRACE",
        "high",
        "It reads and changes the memory of other processes; with the host's process namespace, of the node.",
    ),
    _check("K8S-098", "DAC_READ_SEARCH", "high", "It opens files by handle past all permissions, also files of the node."),
    _check("K8S-099", "SYS_RAWIO", "high", "It reads and writes ports, memory and disks of the node directly."),
    _check(
        "K8S-100",
        "BPF",
        "high",
        "It loads programs into the kernel that see the calls and traffic of every container of the node.",
    ),
    _check("K8S-111", "MAC_ADMIN", "high", "It changes the rules of AppArmor, SELinux or Smack that confine it."),
    _check("K8S-112", "SYS_BOOT", "high", "It reboots the node and loads another kernel."),
    _check(
        "K8S-113", "PERFMON", "medium", "It observes the kernel and every process of the node, which leaks addresses and keys."
    ),
    _check("K8S-114", "SYSLOG", "medium", "It reads the log of the kernel and its addresses, which exploits need."),
    _check(
        "K8S-115", "SYS_TIME", "medium", "It sets the clock of the node: certificates and logs of every pod there go wrong."
    ),
    _check("K8S-116", "CHECKPOINT_RESTORE", "medium", "It reads the memory maps of other processes and chooses process ids."),
)
