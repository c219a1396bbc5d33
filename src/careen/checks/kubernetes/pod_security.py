"""Controls of the Pod Security Standards."""

from collections.abc import Callable, Iterator
from functools import partial

from careen.checks.places import at
from careen.formats.kubernetes import pod_security
from careen.formats.kubernetes.manifest_files import Manifests, Pod
from careen.formats.kubernetes.pod_security import Breach
from careen.plugins import Check, Place


def _breaches(control: Callable[[Pod, int], Iterator[Breach]], manifests: Manifests) -> Iterator[Place]:
    """Where pods break the control, in the version of the standards that applies to these manifests."""
    if pod_security.since(control) <= manifests.minor:
        for pod in manifests.pods:
            for breach in control(pod, manifests.minor):
                yield at(breach.holder, breach.message, *breach.keys)


CHECKS = (
    Check(
        id="K8S-001",
        title="A container is privileged",
        severity="critical",
        why=("A privileged container has every capability and every device of the node: whoever breaks into it owns the node."),
        fix="Remove securityContext.privileged, and add the one capability or device that is needed.",
        references=("PSS baseline: Privileged Containers", "CIS Kubernetes 5.2.2", "CWE-250"),
        inspect=partial(_breaches, pod_security.privileged),
    ),
    Check(
        id="K8S-005",
        title="A pod mounts a path of its node (hostPath)",
        severity="medium",
        why=(
            "A path of the node outlives the pod and is shared with whatever else is on the node: it is a way out "
            "of the container and a way to other pods."
        ),
        fix=(
            "Use a volume that belongs to the pod (emptyDir, configMap, a claim); if a path of the node is needed, "
            "mount the smallest one read-only."
        ),
        references=("PSS baseline: HostPath Volumes", "CIS Kubernetes 5.2.12", "CWE-668"),
        inspect=partial(_breaches, pod_security.host_path_volumes),
    ),
    Check(
        id="K8S-007",
        title="A container uses a port of its node (hostPort)",
        severity="medium",
        why=(
            "The port is open on the address of the node, past Services and often past NetworkPolicies, and keeps "
            "a second replica off the node."
        ),
        fix="Remove hostPort and publish the port through a Service.",
        references=("PSS baseline: Host Ports", "CIS Kubernetes 5.2.13", "CWE-668"),
        inspect=partial(_breaches, pod_security.host_ports),
    ),
    Check(
        id="K8S-008",
        title="A container adds a capability beyond the baseline",
        severity="high",
        why="Capabilities outside the list of the standard reach the kernel, its network or other users of the node.",
        fix="Drop ALL and add nothing but what the program fails without; prefer a file or port that needs none.",
        references=("PSS baseline: Capabilities", "CIS Kubernetes 5.2.9", "CWE-250"),
        inspect=partial(_breaches, pod_security.capabilities_baseline),
    ),
    Check(
        id="K8S-010",
        title="A container allows privilege escalation",
        severity="medium",
        why="Without no_new_privs a setuid or setcap program in the image makes its caller root or adds capabilities.",
        fix="Set securityContext.allowPrivilegeEscalation to false in each container.",
        references=("PSS restricted: Privilege Escalation", "CIS Kubernetes 5.2.6", "CWE-250"),
        inspect=partial(_breaches, pod_security.privilege_escalation),
    ),
    Check(
        id="K8S-011",
        title="A container does not set runAsNonRoot",
        severity="medium",
        why="Unless runAsNonRoot is true, an image whose user is root, or becomes root in its next version, runs as root.",
        fix="Set runAsNonRoot: true in the security context of the pod, and give the image a numeric user.",
        references=("PSS restricted: Running as Non-root", "CIS Kubernetes 5.2.7", "CWE-250"),
        inspect=partial(_breaches, pod_security.run_as_non_root),
    ),
    Check(
        id="K8S-012",
        title="A container runs as root",
        severity="high",
        why=(
            "User 0 in the container is user 0 on the node unless the pod has a user namespace of its own: a way "
            "out of the container ends as root."
        ),
        fix="Set runAsUser to an id above 0 that the image knows, or remove it.",
        references=("PSS restricted: Running as Non-root user", "CIS Kubernetes 5.2.7", "CWE-250"),
        inspect=partial(_breaches, pod_security.run_as_user_zero),
    ),
    Check(
        id="K8S-013",
        title="A container runs without a seccomp filter on purpose",
        severity="high",
        why=(
            "Unconfined opens some sixty system calls that the default profile closes, among them "
            "those of many kernel exploits."
        ),
        fix="Set seccompProfile.type to RuntimeDefault, or to Localhost with a profile of your own.",
        references=("PSS baseline: Seccomp", "CIS Kubernetes 5.7.2", "CWE-693"),
        inspect=partial(_breaches, pod_security.seccomp_baseline),
    ),
    Check(
        id="K8S-014",
        title="A pod overrides the AppArmor profile of the runtime",
        severity="medium",
        why=(
            "The default profile keeps a container from mounting, tracing and writing to /proc and /sys; another one may not."
        ),
        fix="Remove the annotation or field, or name RuntimeDefault or a Localhost profile that you know.",
        references=("PSS baseline: AppArmor", "CWE-693"),
        inspect=partial(_breaches, pod_security.apparmor),
    ),
    Check(
        id="K8S-015",
        title="A pod sets an SELinux context that leaves the container domain",
        severity="medium",
        why="A type, user or role outside those for containers may read what belongs to the node or to other pods.",
        fix=(
            "Remove seLinuxOptions, or keep to the level and the types container_t, container_init_t, "
            "container_kvm_t, container_engine_t."
        ),
        references=("PSS baseline: SELinux", "CWE-693"),
        inspect=partial(_breaches, pod_security.selinux),
    ),
    Check(
        id="K8S-016",
        title="A container has the whole of /proc",
        severity="high",
        why="The mask hides kernel memory, keys and switches of the node; without it they are readable, some writable.",
        fix="Remove procMount, or give the pod a user namespace of its own (hostUsers: false).",
        references=("PSS baseline: /proc Mount Type", "CWE-668"),
        inspect=partial(_breaches, pod_security.proc_mount),
    ),
    Check(
        id="K8S-017",
        title="A pod sets a sysctl that is not safe",
        severity="medium",
        why="Kernel parameters outside the safe list are not of the pod alone: they change other pods or the node.",
        fix="Remove the sysctl; set it on the nodes where it is needed.",
        references=("PSS baseline: Sysctls", "CWE-668"),
        inspect=partial(_breaches, pod_security.sysctls),
    ),
    Check(
        id="K8S-018",
        title="A pod has a volume of a type that the restricted profile excludes",
        severity="low",
        why=(
            "Such volumes talk to storage with rights of the node, past the claims and classes by which storage is handed out."
        ),
        fix=(
            "Ask for storage by a PersistentVolumeClaim; use configMap, secret, emptyDir, projected, csi or "
            "ephemeral for the rest."
        ),
        references=("PSS restricted: Volume Types", "CWE-668"),
        inspect=partial(_breaches, pod_security.volume_types),
    ),
    Check(
        id="K8S-019",
        title="A probe or lifecycle hook names a host",
        severity="medium",
        why="The kubelet makes the request from the node: a pod so sends requests into networks it cannot reach itself.",
        fix="Remove host; the probe then goes to the pod.",
        references=("PSS baseline: Host Probes / Lifecycle Hooks", "CWE-918"),
        inspect=partial(_breaches, pod_security.host_of_probes),
    ),
    Check(
        id="K8S-020",
        title="A container is a process of the Windows node",
        severity="high",
        why="A HostProcess container is a privileged process of the node, with its file system and network.",
        fix="Remove windowsOptions.hostProcess.",
        references=("PSS baseline: HostProcess", "CIS Kubernetes 5.2.11", "CWE-250"),
        inspect=partial(_breaches, pod_security.host_process),
    ),
    Check(
        id="K8S-039",
        title="A container has no seccomp profile",
        severity="low",
        why="Without one every system call is open unless the kubelet sets a default; the restricted profile asks for one.",
        fix="Set seccompProfile.type to RuntimeDefault in the security context of the pod.",
        references=("PSS restricted: Seccomp", "CIS Kubernetes 5.7.2", "CWE-693"),
        inspect=partial(_breaches, pod_security.seccomp_restricted),
    ),
)
