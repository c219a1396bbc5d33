"""Pod security policies of clusters before Kubernetes 1.25, which removed them."""

from collections.abc import Callable, Iterator
from functools import partial

from careen.checks.places import at
from careen.formats.data.yaml_document import Mapping
from careen.formats.kubernetes.manifest_files import Manifests
from careen.model.advisory import Severity
from careen.plugins import Check, Place

SECCOMP = "seccomp.security.alpha.kubernetes.io/defaultProfileName"


def _allows(key: str, is_wrong: Callable[[Mapping], bool], message: str, manifests: Manifests) -> Iterator[Place]:
    for policy in manifests.of("PodSecurityPolicy"):
        if is_wrong(policy.spec):
            yield at(policy, message, "spec", key)


def _has_no_seccomp(manifests: Manifests) -> Iterator[Place]:
    for policy in manifests.of("PodSecurityPolicy"):
        if policy.annotations.text(SECCOMP) not in ("runtime/default", "docker/default"):
            yield at(policy, "has no seccomp profile by default", "metadata", "annotations", SECCOMP)


def _is_true(key: str) -> Callable[[Mapping], bool]:
    return lambda spec: spec.get(key) is True


def _allows_root(spec: Mapping) -> bool:
    rule = spec.text("runAsUser", "rule")
    lowest = [part.get("min") for part in spec.map("runAsUser").maps("ranges")]
    in_range = rule == "MustRunAs" and lowest and all(isinstance(number, int) and number > 0 for number in lowest)
    return rule != "MustRunAsNonRoot" and not in_range


def _drops_none_of(*names: str) -> Callable[[Mapping], bool]:
    return lambda spec: set(names).isdisjoint(spec.texts("requiredDropCapabilities"))


def _check(
    id: str, title: str, severity: Severity, why: str, fix: str, inspect: Callable[[Manifests], Iterator[Place]]
) -> Check:
    return Check(
        id=id,
        title=f"PodSecurityPolicy {title}",
        severity=severity,
        why=why,
        fix=fix,
        references=("CWE-250", "https://kubernetes.io/docs/concepts/security/pod-security-policy/"),
        inspect=inspect,
        default=False,
    )


def _flag(id: str, key: str, what: str, severity: Severity, why: str) -> Check:
    inspect = partial(_allows, key, _is_true(key), f"allows {what}")
    return _check(id, f"allows {what}", severity, why, f"Set {key} to false.", inspect)


CHECKS = (
    _flag("K8S-299", "privileged", "privileged containers", "high", "A privileged container controls its node."),
    _flag("K8S-300", "hostPID", "the host's PID namespace", "high", "A pod sees all processes of the node and their secrets."),
    _flag("K8S-301", "hostIPC", "the host's IPC namespace", "high", "A pod reads and writes shared memory of the node."),
    _flag("K8S-302", "hostNetwork", "the host's network namespace", "high", "A pod reaches services of the node's loopback."),
    _check(
        "K8S-303",
        "allows privilege escalation",
        "medium",
        "A setuid program in the container makes its user root.",
        "Set allowPrivilegeEscalation to false.",
        partial(
            _allows,
            "allowPrivilegeEscalation",
            lambda spec: spec.get("allowPrivilegeEscalation") is not False,
            "allows privilege escalation",
        ),
    ),
    _check(
        "K8S-304",
        "allows containers to run as root",
        "medium",
        "Root in the container has fewer barriers to the node.",
        "Set the rule of runAsUser to MustRunAsNonRoot, or to MustRunAs with a range above 0.",
        partial(_allows, "runAsUser", _allows_root, "allows containers to run as root"),
    ),
    _check(
        "K8S-305",
        "does not drop NET_RAW",
        "low",
        "A container can forge packets, and answer for other pods of the node.",
        "Add NET_RAW or ALL to requiredDropCapabilities.",
        partial(_allows, "requiredDropCapabilities", _drops_none_of("NET_RAW", "ALL"), "does not drop NET_RAW"),
    ),
    _check(
        "K8S-306",
        "allows added capabilities",
        "medium",
        "Some capabilities amount to root on the node.",
        "Remove allowedCapabilities.",
        partial(
            _allows, "allowedCapabilities", lambda spec: bool(spec.seq("allowedCapabilities")), "allows to add capabilities"
        ),
    ),
    _check(
        "K8S-307",
        "has no seccomp profile",
        "low",
        "Containers can make every system call of the kernel.",
        f"Set the annotation {SECCOMP} to runtime/default.",
        _has_no_seccomp,
    ),
    _check(
        "K8S-308",
        "does not drop all capabilities",
        "low",
        "The runtime grants some fourteen capabilities by default, and attackers use them.",
        "Set requiredDropCapabilities to ALL.",
        partial(_allows, "requiredDropCapabilities", _drops_none_of("ALL"), "does not drop all capabilities"),
    ),
)
