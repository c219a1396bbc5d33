"""Controls of the Pod Security Standards."""

from collections.abc import Callable, Iterator
from functools import partial

from careen.checks.places import at
from careen.formats.kubernetes import pod_security
from careen.formats.kubernetes.manifest_files import Manifests, Pod
from careen.formats.kubernetes.pod_security import Breach
from careen.plugins import Check, Place


def _breaches(control: Callable[[Pod, int], Iterator[Breach]], manifests: Manifests) -> Iterator[Place]:
    """Yields places that break the control, in the version of the standards that applies to these manifests."""
    if pod_security.since(control) <= manifests.minor:
        for pod in manifests.pods:
            for breach in control(pod, manifests.minor):
                yield at(breach.holder, breach.message, *breach.keys)


CHECKS = (
    Check(
        id="K8S-001",
        title="Container is privileged",
        severity="critical",
        why="The container has all capabilities and devices of the node: an attacker who breaks into it controls the node.",
        fix="Remove securityContext.privileged, and add only the capability or device that is needed.",
        references=("PSS baseline: Privileged Containers", "CIS Kubernetes 5.2.2", "CWE-250"),
        inspect=partial(_breaches, pod_security.privileged),
    ),
    Check(
        id="K8S-005",
        title="hostPath volume",
        severity="medium",
        why="The path outlives the pod and is shared with the node and other pods: an attacker can break out through it.",
        fix="Use emptyDir, configMap or a PersistentVolumeClaim; if a hostPath is needed, mount the smallest path read-only.",
        references=("PSS baseline: HostPath Volumes", "CIS Kubernetes 5.2.12", "CWE-668"),
        inspect=partial(_breaches, pod_security.host_path_volumes),
    ),
    Check(
        id="K8S-007",
        title="Container uses a hostPort",
        severity="medium",
        why=(
            "The port is open on the node, past Services and often past network policies, and a second replica cannot run "
            "there."
        ),
        fix="Remove hostPort and publish the port through a Service.",
        references=("PSS baseline: Host Ports", "CIS Kubernetes 5.2.13", "CWE-668"),
        inspect=partial(_breaches, pod_security.host_ports),
    ),
    Check(
        id="K8S-008",
        title="Container adds a capability beyond the baseline",
        severity="high",
        why="Such capabilities give access to the kernel, the network or other users of the node.",
        fix="Set capabilities.drop to [ALL], and add only what the program needs.",
        references=("PSS baseline: Capabilities", "CIS Kubernetes 5.2.9", "CWE-250"),
        inspect=partial(_breaches, pod_security.capabilities_baseline),
    ),
    Check(
        id="K8S-010",
        title="Container allows privilege escalation",
        severity="medium",
        why="A setuid program or a program with capabilities in the image makes its caller root.",
        fix="Set securityContext.allowPrivilegeEscalation to false in each container.",
        references=("PSS restricted: Privilege Escalation", "CIS Kubernetes 5.2.6", "CWE-250"),
        inspect=partial(_breaches, pod_security.privilege_escalation),
    ),
    Check(
        id="K8S-011",
        title="runAsNonRoot is not set",
        severity="medium",
        why="Without it, an image whose user is root, or becomes root in a later version, runs as root.",
        fix="Set runAsNonRoot: true in the pod's securityContext, and a numeric user in the image.",
        references=("PSS restricted: Running as Non-root", "CIS Kubernetes 5.2.7", "CWE-250"),
        inspect=partial(_breaches, pod_security.run_as_non_root),
    ),
    Check(
        id="K8S-012",
        title="Container runs as root",
        severity="high",
        why=(
            "Root in the container is root on the node without a user namespace: an attacker who breaks out controls the node."
        ),
        fix="Set runAsUser to a UID above 0 that exists in the image, or remove it.",
        references=("PSS restricted: Running as Non-root user", "CIS Kubernetes 5.2.7", "CWE-250"),
        inspect=partial(_breaches, pod_security.run_as_user_zero),
    ),
    Check(
        id="K8S-013",
        title="seccomp is disabled (Unconfined)",
        severity="high",
        why=(
            "The container can use some sixty system calls that the default profile blocks, including those of many "
            "kernel exploits."
        ),
        fix="Set seccompProfile.type to RuntimeDefault, or to Localhost with a profile of your own.",
        references=("PSS baseline: Seccomp", "CIS Kubernetes 5.7.2", "CWE-693"),
        inspect=partial(_breaches, pod_security.seccomp_baseline),
    ),
    Check(
        id="K8S-014",
        title="AppArmor profile is overridden",
        severity="medium",
        why=(
            "The default profile prevents a container from mounting, tracing and writing to /proc and /sys; another one "
            "may not."
        ),
        fix="Remove the annotation or field, or set RuntimeDefault or a Localhost profile that you trust.",
        references=("PSS baseline: AppArmor", "CWE-693"),
        inspect=partial(_breaches, pod_security.apparmor),
    ),
    Check(
        id="K8S-015",
        title="SELinux type, user or role is not allowed",
        severity="medium",
        why="Types, users or roles that are not for containers may access files of the node or of other pods.",
        fix=(
            "Remove seLinuxOptions, or set only level and the types container_t, container_init_t, container_kvm_t, "
            "container_engine_t."
        ),
        references=("PSS baseline: SELinux", "CWE-693"),
        inspect=partial(_breaches, pod_security.selinux),
    ),
    Check(
        id="K8S-016",
        title="/proc is not masked (procMount)",
        severity="high",
        why="Kernel memory, keys and settings of the node become readable, some of them writable.",
        fix="Remove procMount, or give the pod a user namespace (hostUsers: false).",
        references=("PSS baseline: /proc Mount Type", "CWE-668"),
        inspect=partial(_breaches, pod_security.proc_mount),
    ),
    Check(
        id="K8S-017",
        title="Unsafe sysctl is set",
        severity="medium",
        why="Kernel parameters outside the safe list change other pods or the node.",
        fix="Remove the sysctl; set it on the nodes that need it.",
        references=("PSS baseline: Sysctls", "CWE-668"),
        inspect=partial(_breaches, pod_security.sysctls),
    ),
    Check(
        id="K8S-018",
        title="Volume type is not allowed by the restricted profile",
        severity="low",
        why="Such volumes access storage with the privileges of the node, past claims and storage classes.",
        fix="Use a PersistentVolumeClaim for storage; otherwise configMap, secret, emptyDir, projected, csi or ephemeral.",
        references=("PSS restricted: Volume Types", "CWE-668"),
        inspect=partial(_breaches, pod_security.volume_types),
    ),
    Check(
        id="K8S-019",
        title="Probe or lifecycle hook sets a host",
        severity="medium",
        why="The kubelet sends the request from the node: the pod reaches networks that are closed to it (SSRF).",
        fix="Remove host; the probe then goes to the pod.",
        references=("PSS baseline: Host Probes / Lifecycle Hooks", "CWE-918"),
        inspect=partial(_breaches, pod_security.host_of_probes),
    ),
    Check(
        id="K8S-020",
        title="Windows HostProcess container",
        severity="high",
        why="The container is a privileged process of the node, with its file system and network.",
        fix="Remove windowsOptions.hostProcess.",
        references=("PSS baseline: HostProcess", "CIS Kubernetes 5.2.11", "CWE-250"),
        inspect=partial(_breaches, pod_security.host_process),
    ),
    Check(
        id="K8S-039",
        title="seccomp profile is not set",
        severity="low",
        why="All system calls are allowed unless the kubelet sets a default; the restricted profile requires one.",
        fix="Set seccompProfile.type to RuntimeDefault in the pod's securityContext.",
        references=("PSS restricted: Seccomp", "CIS Kubernetes 5.7.2", "CWE-693"),
        inspect=partial(_breaches, pod_security.seccomp_restricted),
    ),
)
