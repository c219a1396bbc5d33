"""Every control of the Pod Security Standards with pods that keep it and pods that break it, written from the standard."""

import pytest

from careen.formats.kubernetes import manifest_files, pod_security
from careen.formats.kubernetes.pod_security import CONTROLS, LATEST, verdict

BY_NAME = {control.name: control for control in CONTROLS}
CONTAINER_LISTS = ("containers", "initContainers", "ephemeralContainers")


def pod_of(spec="", container="", where="containers", annotations=""):
    text = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\n"
    if annotations:
        text += f"  annotations: {annotations}\n"
    text += "spec:\n" + "".join(f"  {line}\n" for line in spec.splitlines())
    if where != "containers":
        text += "  containers: [{name: first, image: web, securityContext: {allowPrivilegeEscalation: false, "
        text += "capabilities: {drop: [ALL]}, runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}}]\n"
    text += f"  {where}:\n    - name: web\n      image: web\n" + "".join(f"      {line}\n" for line in container.splitlines())
    (pod,) = manifest_files.read([("pod.yaml", text)]).pods
    return pod


def breaches(name, pod, minor=LATEST):
    return list(BY_NAME[name].breaches(pod, minor))


# Fields of the pod: control, specification, whether the control is broken.
POD_CASES = [
    ("HostProcess", "securityContext: {windowsOptions: {hostProcess: true}}", True),
    ("HostProcess", "securityContext: {windowsOptions: {hostProcess: false}}", False),
    ("HostProcess", "securityContext: {windowsOptions: {}}", False),
    ("HostProcess", "", False),
    *(("Host Namespaces", f"{key}: true", True) for key in ("hostNetwork", "hostPID", "hostIPC")),
    *(("Host Namespaces", f"{key}: false", False) for key in ("hostNetwork", "hostPID", "hostIPC")),
    ("Host Namespaces", "", False),
    ("HostPath Volumes", "volumes: [{name: a, hostPath: {path: /srv}}]", True),
    ("HostPath Volumes", "volumes: [{name: b, emptyDir: {}}, {name: a, hostPath: {path: /}}]", True),
    ("HostPath Volumes", "volumes: [{name: a, emptyDir: {}}]", False),
    ("AppArmor", "securityContext: {appArmorProfile: {type: Unconfined}}", True),
    ("AppArmor", "securityContext: {appArmorProfile: {type: RuntimeDefault}}", False),
    ("AppArmor", "securityContext: {appArmorProfile: {type: Localhost, localhostProfile: web}}", False),
    *(
        ("SELinux", f"securityContext: {{seLinuxOptions: {{type: {kind}}}}}", False)
        for kind in ("container_t", "container_init_t")
    ),
    *(
        ("SELinux", f"securityContext: {{seLinuxOptions: {{type: {kind}}}}}", False)
        for kind in ("container_kvm_t", "container_engine_t")
    ),
    ("SELinux", 'securityContext: {seLinuxOptions: {type: "", level: "s0:c1,c2"}}', False),
    ("SELinux", "securityContext: {seLinuxOptions: {type: spc_t}}", True),
    ("SELinux", "securityContext: {seLinuxOptions: {user: system_u}}", True),
    ("SELinux", "securityContext: {seLinuxOptions: {role: system_r}}", True),
    ("SELinux", 'securityContext: {seLinuxOptions: {user: "", role: ""}}', False),
    ("Seccomp", "securityContext: {seccompProfile: {type: Unconfined}}", True),
    ("Seccomp", "securityContext: {seccompProfile: {type: RuntimeDefault}}", False),
    ("Seccomp", "securityContext: {seccompProfile: {type: Localhost, localhostProfile: a.json}}", False),
    ("Seccomp", "", False),
    *(
        ("Sysctls", f"securityContext: {{sysctls: [{{name: {name}, value: '1'}}]}}", False)
        for name in pod_security.SAFE_SYSCTLS
    ),
    *(
        ("Sysctls", f"securityContext: {{sysctls: [{{name: {name}, value: '1'}}]}}", True)
        for name in ("kernel.msgmax", "net.core.somaxconn")
    ),
    ("Sysctls", "securityContext: {sysctls: []}", False),
    *(("Volume Types", f"volumes: [{{name: a, {kind}: {{}}}}]", False) for kind in sorted(pod_security.RESTRICTED_VOLUMES)),
    *(
        ("Volume Types", f"volumes: [{{name: a, {kind}: {{x: y}}}}]", True)
        for kind in ("hostPath", "nfs", "iscsi", "gcePersistentDisk", "awsElasticBlockStore", "gitRepo", "cephfs", "rbd")
    ),
    ("Volume Types", "volumes: [{name: a}]", False),
    ("Running as Non-root", "securityContext: {runAsNonRoot: true}", False),
    ("Running as Non-root", "securityContext: {runAsNonRoot: false}", True),
    ("Running as Non-root", "", True),
    ("Running as Non-root", "hostUsers: false", False),
    ("Running as Non-root", "hostUsers: true", True),
    ("Running as Non-root user", "securityContext: {runAsUser: 0}", True),
    ("Running as Non-root user", "securityContext: {runAsUser: 1000}", False),
    ("Running as Non-root user", "", False),
    ("Running as Non-root user", "securityContext: {runAsUser: 0}\nhostUsers: false", False),
    ("Seccomp (restricted)", "securityContext: {seccompProfile: {type: RuntimeDefault}}", False),
    ("Seccomp (restricted)", "securityContext: {seccompProfile: {type: Localhost, localhostProfile: a.json}}", False),
    ("Seccomp (restricted)", "securityContext: {seccompProfile: {type: Unconfined}}", True),
    ("Seccomp (restricted)", "", True),
    ("Seccomp (restricted)", "os: {name: windows}", False),
    ("Privilege Escalation", "os: {name: windows}", False),
    ("Capabilities (restricted)", "os: {name: windows}", False),
    ("Capabilities (restricted)", "os: {name: linux}", True),
]

# Fields of a container, which hold in each list of containers.
CONTAINER_CASES = [
    ("HostProcess", "securityContext: {windowsOptions: {hostProcess: true}}", True),
    ("HostProcess", "securityContext: {windowsOptions: {hostProcess: false}}", False),
    ("Privileged Containers", "securityContext: {privileged: true}", True),
    ("Privileged Containers", "securityContext: {privileged: false}", False),
    ("Privileged Containers", "", False),
    *(
        ("Capabilities", f"securityContext: {{capabilities: {{add: [{name}]}}}}", False)
        for name in sorted(pod_security.BASELINE_CAPABILITIES)
    ),
    *(
        ("Capabilities", f"securityContext: {{capabilities: {{add: [CHOWN, {name}]}}}}", True)
        for name in ("ALL", "NET_RAW", "NET_ADMIN", "SYS_ADMIN", "SYS_TIME", "SYS_MODULE", "SYS_PTRACE", "BPF", "AUDIT_CONTROL")
    ),
    ("Host Ports", "ports: [{containerPort: 80, hostPort: 80}]", True),
    ("Host Ports", "ports: [{containerPort: 80}, {containerPort: 81, hostPort: 8081}]", True),
    ("Host Ports", "ports: [{containerPort: 80, hostPort: 0}]", False),
    ("Host Ports", "ports: [{containerPort: 80}]", False),
    *(
        ("Host Probes / Lifecycle Hooks", f"{probe}: {{{how}: {{host: 10.0.0.1, port: 80}}}}", True)
        for probe in ("livenessProbe", "readinessProbe", "startupProbe")
        for how in ("httpGet", "tcpSocket")
    ),
    *(
        ("Host Probes / Lifecycle Hooks", f"lifecycle: {{{hook}: {{{how}: {{host: 10.0.0.1, port: 80}}}}}}", True)
        for hook in ("postStart", "preStop")
        for how in ("httpGet", "tcpSocket")
    ),
    ("Host Probes / Lifecycle Hooks", 'livenessProbe: {httpGet: {host: "", port: 80}}', False),
    ("Host Probes / Lifecycle Hooks", "livenessProbe: {httpGet: {port: 80}}", False),
    ("AppArmor", "securityContext: {appArmorProfile: {type: Unconfined}}", True),
    ("AppArmor", "securityContext: {appArmorProfile: {type: RuntimeDefault}}", False),
    ("SELinux", "securityContext: {seLinuxOptions: {type: spc_t}}", True),
    ("SELinux", "securityContext: {seLinuxOptions: {type: container_t}}", False),
    ("/proc Mount Type", "securityContext: {procMount: Unmasked}", True),
    ("/proc Mount Type", "securityContext: {procMount: Default}", False),
    ("/proc Mount Type", "", False),
    ("Seccomp", "securityContext: {seccompProfile: {type: Unconfined}}", True),
    ("Seccomp", "securityContext: {seccompProfile: {type: RuntimeDefault}}", False),
    ("Privilege Escalation", "securityContext: {allowPrivilegeEscalation: false}", False),
    ("Privilege Escalation", "securityContext: {allowPrivilegeEscalation: true}", True),
    ("Privilege Escalation", "", True),
    ("Running as Non-root", "securityContext: {runAsNonRoot: true}", False),
    ("Running as Non-root", "securityContext: {runAsNonRoot: false}", True),
    ("Running as Non-root user", "securityContext: {runAsUser: 0}", True),
    ("Running as Non-root user", "securityContext: {runAsUser: 1}", False),
    ("Seccomp (restricted)", "securityContext: {seccompProfile: {type: RuntimeDefault}}", False),
    ("Seccomp (restricted)", "securityContext: {seccompProfile: {type: Unconfined}}", True),
    ("Seccomp (restricted)", "", True),
    ("Capabilities (restricted)", "securityContext: {capabilities: {drop: [ALL]}}", False),
    ("Capabilities (restricted)", "securityContext: {capabilities: {drop: [ALL], add: [NET_BIND_SERVICE]}}", False),
    ("Capabilities (restricted)", "securityContext: {capabilities: {drop: [ALL], add: [CHOWN]}}", True),
    ("Capabilities (restricted)", "securityContext: {capabilities: {drop: [NET_RAW]}}", True),
    ("Capabilities (restricted)", "", True),
]

# One field overrides another.
MIXED_CASES = [
    ("Running as Non-root", "securityContext: {runAsNonRoot: true}", "securityContext: {runAsNonRoot: false}", True),
    (
        "Seccomp (restricted)",
        "securityContext: {seccompProfile: {type: RuntimeDefault}}",
        "securityContext: {seccompProfile: {type: Unconfined}}",
        True,
    ),
    ("Seccomp (restricted)", "securityContext: {seccompProfile: {type: RuntimeDefault}}", "securityContext: {}", False),
    ("/proc Mount Type", "hostUsers: false", "securityContext: {procMount: Unmasked}", False),
]

ANNOTATION_CASES = [
    ("AppArmor", "{container.apparmor.security.beta.kubernetes.io/web: runtime/default}", False),
    ("AppArmor", "{container.apparmor.security.beta.kubernetes.io/web: localhost/web}", False),
    ("AppArmor", "{container.apparmor.security.beta.kubernetes.io/web: unconfined}", True),
    ("Seccomp", "{container.seccomp.security.alpha.kubernetes.io/web: unconfined}", True),
    ("Seccomp", "{seccomp.security.alpha.kubernetes.io/pod: unconfined}", True),
    ("Seccomp", "{seccomp.security.alpha.kubernetes.io/pod: runtime/default}", False),
]

RESTRICTED = "securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}"
TIGHT = "securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}"


@pytest.mark.parametrize(("name", "spec", "broken"), POD_CASES)
def test_fields_of_the_pod(name, spec, broken):
    assert bool(breaches(name, pod_of(spec))) is broken


@pytest.mark.parametrize("where", CONTAINER_LISTS)
@pytest.mark.parametrize(("name", "container", "broken"), CONTAINER_CASES)
def test_fields_of_containers_of_each_list(name, container, broken, where):
    found = breaches(name, pod_of(container=container, where=where))
    own = [breach for breach in found if breach.holder.label.startswith("container web")]
    assert bool(own) is broken


@pytest.mark.parametrize(("name", "spec", "container", "broken"), MIXED_CASES)
def test_fields_of_pod_and_container(name, spec, container, broken):
    assert bool(breaches(name, pod_of(spec, container))) is broken


@pytest.mark.parametrize(("name", "annotations", "broken"), ANNOTATION_CASES)
def test_annotations(name, annotations, broken):
    assert bool(breaches(name, pod_of(annotations=annotations))) is broken


def test_every_control_is_kept_by_one_pod_and_broken_by_another():
    outcomes = {}
    for name, *_, broken in (*POD_CASES, *CONTAINER_CASES):
        outcomes.setdefault(name, set()).add(broken)
    assert outcomes == {name: {True, False} for name in BY_NAME}


def test_the_standard_has_twelve_baseline_and_six_restricted_controls():
    levels = [control.level for control in CONTROLS]
    assert (levels.count("baseline"), levels.count("restricted")) == (12, 6)


@pytest.mark.parametrize(
    ("spec", "container", "level"),
    [
        (RESTRICTED, TIGHT, "restricted"),
        ("", "", "baseline"),
        (RESTRICTED, "", "baseline"),
        ("hostPID: true", TIGHT, "privileged"),
        (RESTRICTED, "securityContext: {privileged: true}", "privileged"),
    ],
)
def test_level(spec, container, level):
    assert verdict(pod_of(spec, container)).level == level


def test_a_verdict_names_its_blockers():
    assert verdict(pod_of("hostPID: true", "securityContext: {privileged: true}")).blockers == (
        "Host Namespaces",
        "Privileged Containers",
    )
    assert verdict(pod_of(RESTRICTED)).blockers == ("Privilege Escalation", "Capabilities (restricted)")


@pytest.mark.parametrize(
    ("minor", "spec", "container", "level"),
    [
        (26, "securityContext: {sysctls: [{name: net.ipv4.ip_local_reserved_ports, value: '1'}]}", "", "privileged"),
        (27, "securityContext: {sysctls: [{name: net.ipv4.ip_local_reserved_ports, value: '1'}]}", "", "baseline"),
        (30, "securityContext: {seLinuxOptions: {type: container_engine_t}}", "", "privileged"),
        (31, "securityContext: {seLinuxOptions: {type: container_engine_t}}", "", "baseline"),
        (33, "", "livenessProbe: {httpGet: {host: 10.0.0.1, port: 80}}", "baseline"),
        (34, "", "livenessProbe: {httpGet: {host: 10.0.0.1, port: 80}}", "privileged"),
        (34, "hostUsers: false", "securityContext: {procMount: Unmasked}", "privileged"),
        (35, "hostUsers: false", "securityContext: {procMount: Unmasked}", "baseline"),
    ],
)
def test_an_older_cluster_has_the_controls_of_its_version(minor, spec, container, level):
    assert verdict(pod_of(spec, container), minor).level == level
