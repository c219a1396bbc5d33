"""Capabilities that amount, nearly or fully, to root on the node."""

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
        title=f"Container adds {name}",
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
        ("It can mount file systems, enter namespaces and control much of the kernel: this amounts to root on the node."),
    ),
    _check(
        "K8S-093",
        "NET_RAW",
        "medium",
        "It can forge packets, and so spoof or intercept other hosts of its network.",
    ),
    _check("K8S-094", "SYS_MODULE", "critical", "It can load code into the kernel of the node."),
    _check(
        "K8S-095",
        "NET_ADMIN",
        "high",
        ("It can change addresses, routes and firewall rules, and intercept all traffic of its network namespace."),
    ),
    _check("K8S-096", "ALL", "critical", "All capabilities together amount to root on the node."),
    _check(
        "K8S-097",
        "SYS_PTRACE",
        "high",
        "It can read and change the memory of other processes; with hostPID, of all processes of the node.",
    ),
    _check(
        "K8S-098", "DAC_READ_SEARCH", "high", "It can open files by handle past all permissions, including files of the node."
    ),
    _check("K8S-099", "SYS_RAWIO", "high", "It can read and write ports, memory and disks of the node directly."),
    _check(
        "K8S-100",
        "BPF",
        "high",
        ("It can load programs into the kernel that observe system calls and traffic of all containers of the node."),
    ),
    _check("K8S-111", "MAC_ADMIN", "high", "It can change the AppArmor, SELinux or Smack rules that confine it."),
    _check("K8S-112", "SYS_BOOT", "high", "It can reboot the node and load another kernel."),
    _check(
        "K8S-113",
        "PERFMON",
        "medium",
        "It can observe the kernel and all processes of the node, which leaks addresses and keys.",
    ),
    _check("K8S-114", "SYSLOG", "medium", "It can read the kernel log and kernel addresses, which exploits need."),
    _check(
        "K8S-115", "SYS_TIME", "medium", "It can set the clock of the node, which breaks certificates and logs of all its pods."
    ),
    _check("K8S-116", "CHECKPOINT_RESTORE", "medium", "It can read the memory maps of other processes and choose process ids."),
)
