"""The Pod Security Standards: breaches of their controls, and the level that a pod meets.

Each function yields the breaches of one control; ``CONTROLS`` lists them with their level and the minor version of Kubernetes
that introduced them, so that a pod can be evaluated as on an older cluster (``minor=30`` is v1.30).

**Source:** https://kubernetes.io/docs/concepts/security/pod-security-standards/ (v1.35) and KEP-127 for what a user
namespace of its own (hostUsers: false) relaxes.
"""

from collections.abc import Callable, Iterator
from typing import Literal

from msgspec import Struct

from careen.formats.data.yaml_document import Mapping

from .manifest_files import LATEST_MINOR, Container, Pod

LATEST = LATEST_MINOR
USER_NAMESPACES = 35  # from this version, hostUsers: false relaxes controls

BASELINE_CAPABILITIES = frozenset(
    (
        *("AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD"),
        *("NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"),
    )
)
SAFE_SYSCTLS = {
    "kernel.shm_rmid_forced": 0,
    "net.ipv4.ip_local_port_range": 0,
    "net.ipv4.ip_unprivileged_port_start": 0,
    "net.ipv4.tcp_syncookies": 0,
    "net.ipv4.ping_group_range": 0,
    "net.ipv4.ip_local_reserved_ports": 27,
    "net.ipv4.tcp_keepalive_time": 29,
    "net.ipv4.tcp_fin_timeout": 29,
    "net.ipv4.tcp_keepalive_intvl": 29,
    "net.ipv4.tcp_keepalive_probes": 29,
    "net.ipv4.tcp_rmem": 32,
    "net.ipv4.tcp_wmem": 32,
    "net.ipv4.tcp_slow_start_after_idle": 35,
    "net.ipv4.tcp_notsent_lowat": 35,
}
SELINUX_TYPES = {"": 0, "container_t": 0, "container_init_t": 0, "container_kvm_t": 0, "container_engine_t": 31}
RESTRICTED_VOLUMES = frozenset(
    ("configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim", "projected", "secret")
)
PROFILES = ("RuntimeDefault", "Localhost")
APPARMOR_ANNOTATION = "container.apparmor.security.beta.kubernetes.io/"
SECCOMP_POD_ANNOTATION = "seccomp.security.alpha.kubernetes.io/pod"
SECCOMP_ANNOTATION = "container.seccomp.security.alpha.kubernetes.io/"


class Breach(Struct, frozen=True):
    """A breach of a control: the field (``keys`` below the holder's node) and a message."""

    holder: Pod | Container
    message: str
    keys: tuple[str | int, ...] = ()


class Control(Struct, frozen=True):
    name: str
    level: Literal["baseline", "restricted"]
    breaches: Callable[[Pod, int], Iterator[Breach]]
    since: int = 0


class Verdict(Struct, frozen=True):
    """The strictest level that a pod meets, and the controls that block the next level."""

    level: Literal["privileged", "baseline", "restricted"]
    blockers: tuple[str, ...] = ()  # names of controls


def verdict(pod: Pod, minor: int = LATEST) -> Verdict:
    broken = [
        control for control in CONTROLS if control.since <= minor and next(control.breaches(pod, minor), None) is not None
    ]
    baseline = tuple(control.name for control in broken if control.level == "baseline")
    if baseline:
        return Verdict("privileged", baseline)
    return Verdict("baseline", tuple(control.name for control in broken)) if broken else Verdict("restricted")


def since(breaches: Callable[[Pod, int], Iterator[Breach]]) -> int:
    """The minor version of Kubernetes that introduced the control of the function ``breaches``."""
    return next(control.since for control in CONTROLS if control.breaches is breaches)


# --- baseline -------------------------------------------------------------------------------------------------------


def host_process(pod: Pod, minor: int = LATEST) -> Iterator[Breach]:
    for holder, security, keys in _contexts(pod):
        if security.map("windowsOptions").get("hostProcess") is True:
            yield Breach(holder, "runs as a process of the Windows host", (*keys, "windowsOptions", "hostProcess"))


def host_namespaces(pod: Pod, minor: int = LATEST) -> Iterator[Breach]:
    for key, what in (("hostNetwork", "network"), ("hostPID", "process"), ("hostIPC", "IPC")):
        if pod.node.get(key) is True:
            yield Breach(pod, f"is in the {what} namespace of the host", (key,))


def privileged(pod: Pod, minor: int = LATEST) -> Iterator[Breach]:
    for container in pod.containers:
        if container.security.get("privileged") is True:
            yield Breach(container, "is privileged", ("securityContext", "privileged"))


def capabilities_baseline(pod: Pod, minor: int = LATEST) -> Iterator[Breach]:
    for container in pod.containers:
        if beyond := container.added - BASELINE_CAPABILITIES:
            yield Breach(container, f"adds {', '.join(sorted(beyond))}", ("securityContext", "capabilities", "add"))


def host_path_volumes(pod: Pod, minor: int = LATEST) -> Iterator[Breach]:
    for index, volume in enumerate(pod.node.seq("volumes")):
        if isinstance(volume, Mapping) and volume.get("hostPath") is not None:
            yield Breach(pod, f"mounts {volume.text('hostPath', 'path')} of the host", ("volumes", index, "hostPath"))


def host_ports(pod: Pod, minor: int = LATEST) -> Iterator[Breach]:
    for container in pod.containers:
        for index, port in enumerate(container.node.seq("ports")):
            if isinstance(port, Mapping) and port.get("hostPort") not in (None, 0):
                yield Breach(container, f"takes port {port['hostPort']} of the host", ("ports", index, "hostPort"))


def host_of_probes(pod: Pod, minor: int = LATEST) -> Iterator[Breach]:
    for container in pod.containers:
        places: tuple[tuple[str, ...], ...] = (("livenessProbe",), ("readinessProbe",), ("startupProbe",))
        for place in (*places, ("lifecycle", "postStart"), ("lifecycle", "preStop")):
            for how in ("httpGet", "tcpSocket"):
                if container.node.map(*place, how).get("host") not in (None, ""):
                    yield Breach(container, f"has a {place[-1]} that names a host", (*place, how, "host"))


def apparmor(pod: Pod, minor: int = LATEST) -> Iterator[Breach]:
    for holder, security, keys in _contexts(pod):
        kind = security.map("appArmorProfile").text("type")
        if kind and kind not in PROFILES:
            yield Breach(holder, f"has the AppArmor profile {kind}", (*keys, "appArmorProfile", "type"))
    for key in pod.annotations:
        value = pod.annotations.text(key)
        if key.startswith(APPARMOR_ANNOTATION) and value not in ("", "runtime/default") and not value.startswith("localhost/"):
            name = key.removeprefix(APPARMOR_ANNOTATION)
            holder = next((container for container in pod.containers if container.name == name), pod)
            yield Breach(holder, f"has the AppArmor profile {value}")


def selinux(pod: Pod, minor: int = LATEST) -> Iterator[Breach]:
    for holder, security, keys in _contexts(pod):
        options = security.map("seLinuxOptions")
        if SELINUX_TYPES.get(options.text("type"), minor + 1) > minor:
            yield Breach(holder, f"has the SELinux type {options.text('type')}", (*keys, "seLinuxOptions", "type"))
        for key in ("user", "role"):
            if options.text(key):
                yield Breach(holder, f"sets the SELinux {key}", (*keys, "seLinuxOptions", key))


def proc_mount(pod: Pod, minor: int = LATEST) -> Iterator[Breach]:
    if _own_users(pod, minor):
        return
    for container in pod.containers:
        kind = container.security.text("procMount")
        if kind not in ("", "Default"):
            yield Breach(container, f"has its /proc mounted {kind}", ("securityContext", "procMount"))


def seccomp_baseline(pod: Pod, minor: int = LATEST) -> Iterator[Breach]:
    for holder, security, keys in _contexts(pod):
        if security.map("seccompProfile").text("type") == "Unconfined":
            yield Breach(holder, "has no seccomp profile: Unconfined", (*keys, "seccompProfile", "type"))
    for container in pod.containers:
        if _seccomp_field(container) == "" and seccomp(container) == "Unconfined":
            yield Breach(container, "has no seccomp profile: unconfined by an annotation")


def sysctls(pod: Pod, minor: int = LATEST) -> Iterator[Breach]:
    for index, sysctl in enumerate(pod.security.seq("sysctls")):
        if isinstance(sysctl, Mapping) and SAFE_SYSCTLS.get(sysctl.text("name"), minor + 1) > minor:
            yield Breach(pod, f"sets the sysctl {sysctl.text('name')}", ("securityContext", "sysctls", index, "name"))


# --- restricted -----------------------------------------------------------------------------------------------------


def volume_types(pod: Pod, minor: int = LATEST) -> Iterator[Breach]:
    for index, volume in enumerate(pod.node.seq("volumes")):
        if isinstance(volume, Mapping):
            for kind in volume.keys() - {"name"} - RESTRICTED_VOLUMES:
                yield Breach(pod, f"has a volume of type {kind}", ("volumes", index, kind))


def privilege_escalation(pod: Pod, minor: int = LATEST) -> Iterator[Breach]:
    if pod.windows:
        return
    for container in pod.containers:
        if container.security.get("allowPrivilegeEscalation") is not False:
            yield Breach(container, "may gain privileges", ("securityContext", "allowPrivilegeEscalation"))


def run_as_non_root(pod: Pod, minor: int = LATEST) -> Iterator[Breach]:
    if _own_users(pod, minor):
        return
    if pod.security.get("runAsNonRoot") is False:
        yield Breach(pod, "sets runAsNonRoot to false", ("securityContext", "runAsNonRoot"))
    for container in pod.containers:
        if container.effective("runAsNonRoot") is not True:
            yield Breach(container, "is not bound to run as another user than root", ("securityContext", "runAsNonRoot"))


def run_as_user_zero(pod: Pod, minor: int = LATEST) -> Iterator[Breach]:
    if _own_users(pod, minor):
        return
    for holder, security, keys in _contexts(pod):
        if security.text("runAsUser") == "0":
            yield Breach(holder, "runs as user 0", (*keys, "runAsUser"))


def seccomp_restricted(pod: Pod, minor: int = LATEST) -> Iterator[Breach]:
    if pod.windows:
        return
    for container in pod.containers:
        profile = seccomp(container)
        if profile not in PROFILES:
            how = f"the seccomp profile {profile}" if profile else "no seccomp profile"
            yield Breach(container, f"has {how}", ("securityContext", "seccompProfile"))


def capabilities_restricted(pod: Pod, minor: int = LATEST) -> Iterator[Breach]:
    if pod.windows:
        return
    for container in pod.containers:
        if "ALL" not in container.dropped:
            yield Breach(container, "does not drop all capabilities", ("securityContext", "capabilities", "drop"))
        if beyond := container.added - {"NET_BIND_SERVICE"}:
            yield Breach(container, f"adds {', '.join(sorted(beyond))}", ("securityContext", "capabilities", "add"))


CONTROLS = (
    Control("HostProcess", "baseline", host_process),
    Control("Host Namespaces", "baseline", host_namespaces),
    Control("Privileged Containers", "baseline", privileged),
    Control("Capabilities", "baseline", capabilities_baseline),
    Control("HostPath Volumes", "baseline", host_path_volumes),
    Control("Host Ports", "baseline", host_ports),
    Control("Host Probes / Lifecycle Hooks", "baseline", host_of_probes, 34),
    Control("AppArmor", "baseline", apparmor),
    Control("SELinux", "baseline", selinux),
    Control("/proc Mount Type", "baseline", proc_mount),
    Control("Seccomp", "baseline", seccomp_baseline),
    Control("Sysctls", "baseline", sysctls),
    Control("Volume Types", "restricted", volume_types),
    Control("Privilege Escalation", "restricted", privilege_escalation, 8),
    Control("Running as Non-root", "restricted", run_as_non_root),
    Control("Running as Non-root user", "restricted", run_as_user_zero, 23),
    Control("Seccomp (restricted)", "restricted", seccomp_restricted, 19),
    Control("Capabilities (restricted)", "restricted", capabilities_restricted, 22),
)


def seccomp(container: Container) -> str:
    """The type of the seccomp profile that a container gets: its own, its pod's, or that of the old annotations; ""
    for none."""
    if field := _seccomp_field(container):
        return field
    annotations = container.pod.annotations
    value = annotations.text(SECCOMP_ANNOTATION + container.name) or annotations.text(SECCOMP_POD_ANNOTATION)
    if value in ("runtime/default", "docker/default"):
        return "RuntimeDefault"
    return "Localhost" if value.startswith("localhost/") else "Unconfined" if value == "unconfined" else value


def _seccomp_field(container: Container) -> str:
    security = container.security.map("seccompProfile").text("type")
    return security or container.pod.security.map("seccompProfile").text("type")


def _contexts(pod: Pod) -> Iterator[tuple[Pod | Container, Mapping, tuple[str, ...]]]:
    """The security contexts of the pod and of its containers: (holder, context, its keys in the holder)."""
    if pod.security:
        yield pod, pod.security, ("securityContext",)
    for container in pod.containers:
        if container.security:
            yield container, container.security, ("securityContext",)


def _own_users(pod: Pod, minor: int) -> bool:
    return minor >= USER_NAMESPACES and pod.node.get("hostUsers") is False
