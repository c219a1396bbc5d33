"""Flags of the API server of Kubernetes."""

import re
from collections.abc import Iterator
from functools import partial

from careen.checks.flags import differs, equals, flag, lists, lists_weak_ciphers, omits, unset
from careen.checks.places import at
from careen.formats.kubernetes import control_plane
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place

_flag = partial(flag, "kube-apiserver")
_unset = partial(unset, "kube-apiserver")


def _allows_everything(value: str | None) -> bool:
    return not value or "AlwaysAllow" in control_plane.listed(value)


def _is_no_limit(value: str | None) -> bool:
    """Whether a duration in Go's notation is set, but is not above 0 and at most five minutes."""
    if not value:
        return False
    parts = re.findall(r"(\d{1,9}(?:\.\d{1,9})?)(h|ms|m|s)", value)
    seconds = sum(float(number) * {"h": 3600, "m": 60, "s": 1, "ms": 0.001}[unit] for number, unit in parts)
    return "".join(number + unit for number, unit in parts) != value or not 0 < seconds <= 300


def _limits_no_events(manifests: Manifests) -> Iterator[Place]:
    """Yields API servers without a limit of events: a flag switches the plugin on, and the configuration of admission
    plugins has its limits."""
    message = "does not limit the rate of events"
    yield from _flag("enable-admission-plugins", omits("EventRateLimit"), message)(manifests)
    for resource in manifests.of("AdmissionConfiguration"):
        if not any(plugin.text("name") == "EventRateLimit" for plugin in resource.body.maps("plugins")):
            yield at(resource, message, "plugins")


CHECKS = (
    Check(
        id="K8S-201",
        title="API server allows anonymous requests",
        severity="high",
        why="Anyone who reaches the port has the permissions of system:unauthenticated.",
        fix="Set --anonymous-auth=false, or allow it only for health endpoints with an authentication configuration.",
        references=("CIS Kubernetes 1.2.1", "CWE-306"),
        inspect=_flag("anonymous-auth", differs("false"), "answers anonymous requests"),
    ),
    Check(
        id="K8S-202",
        title="API server uses static tokens (--token-auth-file)",
        severity="high",
        why="The tokens are stored in plain text and never expire; revoking one needs a restart.",
        fix="Remove --token-auth-file.",
        references=("CIS Kubernetes 1.2.2", "CWE-256"),
        inspect=_flag("token-auth-file", bool, "takes static tokens from a file"),
    ),
    Check(
        id="K8S-203",
        title="API server allows external IPs of Services",
        severity="low",
        why=(
            "Anyone who can create a Service can intercept traffic to any address that passes through the nodes "
            "(CVE-2020-8554)."
        ),
        fix="Add DenyServiceExternalIPs to --enable-admission-plugins.",
        references=("CIS Kubernetes 1.2.3", "CVE-2020-8554"),
        inspect=_flag(
            "enable-admission-plugins",
            omits("DenyServiceExternalIPs"),
            "lets Services take external addresses",
        ),
    ),
    Check(
        id="K8S-204",
        title="API server speaks to kubelets without TLS",
        severity="high",
        why="Anyone on the network path can read and change commands, logs and input of pods.",
        fix="Remove --kubelet-https.",
        references=("CIS Kubernetes 1.2.4", "CWE-319"),
        inspect=_flag("kubelet-https", equals("false"), "speaks to kubelets without TLS"),
    ),
    Check(
        id="K8S-205",
        title="API server has no client certificate for kubelets",
        severity="medium",
        why="Kubelets cannot authenticate the API server, so they must accept everyone or no one.",
        fix="Set --kubelet-client-certificate and --kubelet-client-key.",
        references=("CIS Kubernetes 1.2.5", "CWE-306"),
        inspect=_unset("kubelet-client-certificate", "kubelet-client-key"),
    ),
    Check(
        id="K8S-206",
        title="API server does not verify kubelet certificates",
        severity="medium",
        why="An attacker on the network path can impersonate a kubelet and read and change the traffic.",
        fix="Set --kubelet-certificate-authority.",
        references=("CIS Kubernetes 1.2.6", "CWE-295"),
        inspect=_unset("kubelet-certificate-authority"),
    ),
    Check(
        id="K8S-207",
        title="API server authorizes all requests (AlwaysAllow)",
        severity="critical",
        why="Every authenticated user is an administrator. AlwaysAllow is also the default if the flag is not set.",
        fix="Set --authorization-mode=Node,RBAC.",
        references=("CIS Kubernetes 1.2.7", "CWE-862"),
        inspect=_flag("authorization-mode", _allows_everything, "authorizes every request"),
    ),
    Check(
        id="K8S-208",
        title="API server does not use Node authorization",
        severity="high",
        why="A compromised kubelet can read the Secrets of all nodes, not only those of its own pods.",
        fix="Add Node to --authorization-mode.",
        references=("CIS Kubernetes 1.2.8", "CWE-863"),
        inspect=_flag("authorization-mode", omits("Node"), "does not use Node authorization"),
    ),
    Check(
        id="K8S-209",
        title="API server does not use RBAC",
        severity="high",
        why="Permissions cannot be granted by roles; another mode decides, which often allows everything.",
        fix="Add RBAC to --authorization-mode.",
        references=("CIS Kubernetes 1.2.9", "CWE-862"),
        inspect=_flag("authorization-mode", omits("RBAC"), "does not use RBAC"),
    ),
    Check(
        id="K8S-210",
        title="API server has no event rate limit",
        severity="low",
        why="One workload can flood the API server and etcd with events.",
        fix="Add EventRateLimit to --enable-admission-plugins, with a configuration file.",
        references=("CIS Kubernetes 1.2.10", "CWE-770"),
        inspect=_limits_no_events,
    ),
    Check(
        id="K8S-211",
        title="API server admits all objects (AlwaysAdmit)",
        severity="high",
        why="AlwaysAdmit disables all admission control.",
        fix="Remove AlwaysAdmit from --enable-admission-plugins.",
        references=("CIS Kubernetes 1.2.11", "CWE-862"),
        inspect=_flag("enable-admission-plugins", lists("AlwaysAdmit"), "admits every object"),
    ),
    Check(
        id="K8S-212",
        title="AlwaysPullImages admission plugin is not set",
        severity="low",
        why="Anyone who knows the name of a private image on a node can run it without registry credentials.",
        fix="Add AlwaysPullImages to --enable-admission-plugins.",
        references=("CIS Kubernetes 1.2.12", "CWE-287"),
        inspect=_flag("enable-admission-plugins", omits("AlwaysPullImages"), "lets pods use images that others pulled"),
    ),
    Check(
        id="K8S-214",
        title="ServiceAccount admission plugin is disabled",
        severity="medium",
        why="Pods can use service accounts that they should not.",
        fix="Remove ServiceAccount from --disable-admission-plugins.",
        references=("CIS Kubernetes 1.2.14", "CWE-1188"),
        inspect=_flag(
            "disable-admission-plugins",
            lists("ServiceAccount"),
            "switches off the admission plugin ServiceAccount",
        ),
    ),
    Check(
        id="K8S-215",
        title="NamespaceLifecycle admission plugin is disabled",
        severity="medium",
        why="Objects can be created in namespaces that are being deleted, and kube-system can be deleted.",
        fix="Remove NamespaceLifecycle from --disable-admission-plugins.",
        references=("CIS Kubernetes 1.2.15", "CWE-1188"),
        inspect=_flag(
            "disable-admission-plugins",
            lists("NamespaceLifecycle"),
            "switches off the admission plugin NamespaceLifecycle",
        ),
    ),
    Check(
        id="K8S-216",
        title="NodeRestriction admission plugin is not set",
        severity="high",
        why="A compromised node can label itself to attract workloads, and can change other nodes and their pods.",
        fix="Add NodeRestriction to --enable-admission-plugins.",
        references=("CIS Kubernetes 1.2.16", "CWE-863"),
        inspect=_flag("enable-admission-plugins", omits("NodeRestriction"), "does not use NodeRestriction"),
    ),
    Check(
        id="K8S-217",
        title="API server has no secure port",
        severity="high",
        why="The remaining port has no encryption and no authentication.",
        fix="Remove --secure-port=0.",
        references=("CIS Kubernetes 1.2.17", "CWE-319"),
        inspect=_flag("secure-port", equals("0"), "has no port with TLS"),
    ),
    Check(
        id="K8S-218",
        title="API server profiling is enabled",
        severity="low",
        why="Profiles reveal memory and program details, and slow the server down.",
        fix="Set --profiling=false.",
        references=("CIS Kubernetes 1.2.18", "CWE-489"),
        inspect=_flag("profiling", differs("false"), "answers profiling requests"),
    ),
    Check(
        id="K8S-219",
        title="API server audit log is disabled",
        severity="medium",
        why="After an attack nobody can reconstruct what was read or changed.",
        fix="Set --audit-log-path and --audit-policy-file.",
        references=("CIS Kubernetes 1.2.19", "CWE-778"),
        inspect=_unset("audit-log-path"),
    ),
    Check(
        id="K8S-220",
        title="API server audit log has no maximum age",
        severity="low",
        why="The records of an attack may be deleted before it is noticed.",
        fix="Set --audit-log-maxage to 30 or more.",
        references=("CIS Kubernetes 1.2.20", "CWE-778"),
        inspect=_unset("audit-log-maxage"),
    ),
    Check(
        id="K8S-221",
        title="API server audit log has no maximum number of files",
        severity="low",
        why="The records of an attack may be deleted before it is noticed.",
        fix="Set --audit-log-maxbackup to 10 or more.",
        references=("CIS Kubernetes 1.2.21", "CWE-778"),
        inspect=_unset("audit-log-maxbackup"),
    ),
    Check(
        id="K8S-222",
        title="API server audit log has no maximum size",
        severity="low",
        why="Logs may fill the disk of the control plane.",
        fix="Set --audit-log-maxsize, for example to 100.",
        references=("CIS Kubernetes 1.2.22", "CWE-778"),
        inspect=_unset("audit-log-maxsize"),
    ),
    Check(
        id="K8S-224",
        title="API server accepts tokens of deleted service accounts",
        severity="medium",
        why="Deleting a service account does not revoke its tokens.",
        fix="Remove --service-account-lookup=false.",
        references=("CIS Kubernetes 1.2.24", "CWE-613"),
        inspect=_flag("service-account-lookup", equals("false"), "takes tokens of deleted service accounts"),
    ),
    Check(
        id="K8S-225",
        title="Service account tokens are verified with the TLS key",
        severity="medium",
        why="The signing key of tokens cannot be rotated without changing the server's certificate.",
        fix="Set --service-account-key-file to a separate key.",
        references=("CIS Kubernetes 1.2.25", "CWE-323"),
        inspect=_unset("service-account-key-file"),
    ),
    Check(
        id="K8S-226",
        title="API server has no client certificate for etcd",
        severity="high",
        why="etcd cannot authenticate it and must accept everyone who reaches it; etcd stores all Secrets.",
        fix="Set --etcd-certfile and --etcd-keyfile.",
        references=("CIS Kubernetes 1.2.26", "CWE-306"),
        inspect=_unset("etcd-certfile", "etcd-keyfile"),
    ),
    Check(
        id="K8S-227",
        title="API server uses a self-signed certificate",
        severity="medium",
        why="Clients have to disable certificate verification.",
        fix="Set --tls-cert-file and --tls-private-key-file.",
        references=("CIS Kubernetes 1.2.27", "CWE-295"),
        inspect=_unset("tls-cert-file", "tls-private-key-file"),
    ),
    Check(
        id="K8S-228",
        title="API server does not accept client certificates",
        severity="medium",
        why="Components fall back to tokens, which an attacker can replay.",
        fix="Set --client-ca-file.",
        references=("CIS Kubernetes 1.2.28", "CWE-306"),
        inspect=_unset("client-ca-file"),
    ),
    Check(
        id="K8S-229",
        title="API server does not verify the etcd certificate",
        severity="medium",
        why="An attacker on the network path can read and change the whole state of the cluster.",
        fix="Set --etcd-cafile.",
        references=("CIS Kubernetes 1.2.29", "CWE-295"),
        inspect=_unset("etcd-cafile"),
    ),
    Check(
        id="K8S-230",
        title="Secrets are not encrypted in etcd",
        severity="medium",
        why="Backups and disks of etcd contain all Secrets in plain text.",
        fix="Set --encryption-provider-config, with a provider other than identity first.",
        references=("CIS Kubernetes 1.2.30", "CWE-311"),
        inspect=_unset("encryption-provider-config"),
    ),
    Check(
        id="K8S-279",
        title="API server serves without TLS (--insecure-port)",
        severity="critical",
        why="Requests to the port are neither authenticated nor authorized: whoever reaches it controls the cluster.",
        fix="Remove --insecure-port, or set it to 0 before Kubernetes 1.24.",
        references=("CIS Kubernetes 1.2", "CWE-306", "CWE-319"),
        inspect=_flag("insecure-port", differs("", "0"), "serves without TLS and authentication"),
    ),
    Check(
        id="K8S-280",
        title="API server binds an address without TLS",
        severity="critical",
        why="Requests to the address are neither authenticated nor authorized: whoever reaches it controls the cluster.",
        fix="Remove --insecure-bind-address.",
        references=("CIS Kubernetes 1.2", "CWE-306", "CWE-319"),
        inspect=_flag("insecure-bind-address", bool, "sets an address for requests without TLS"),
    ),
    Check(
        id="K8S-281",
        title="API server uses static passwords (--basic-auth-file)",
        severity="high",
        why="The passwords are stored in plain text and never expire; changing one needs a restart.",
        fix="Remove --basic-auth-file; use certificates or OpenID Connect.",
        references=("CIS Kubernetes 1.2", "CWE-256"),
        inspect=_flag("basic-auth-file", bool, "takes passwords from a file"),
    ),
    Check(
        id="K8S-282",
        title="API server requests may take long (--request-timeout)",
        severity="low",
        why="A few slow clients can keep all connections of the API server busy.",
        fix="Set --request-timeout to 300s or less; the default is 60s.",
        references=("CIS Kubernetes 1.2.20", "CWE-400"),
        inspect=_flag("request-timeout", _is_no_limit, "sets no sound limit on the time of requests"),
    ),
    Check(
        id="K8S-283",
        title="API server accepts weak TLS ciphers",
        severity="low",
        why="An attacker on the network path may decrypt recorded traffic.",
        fix="Remove --tls-cipher-suites, or list ECDHE ciphers with GCM or ChaCha20 alone.",
        references=("CIS Kubernetes 1.2.29", "CWE-327"),
        inspect=_flag("tls-cipher-suites", lists_weak_ciphers, "takes weak ciphers"),
    ),
    Check(
        id="K8S-284",
        title="API server has no audit policy (--audit-policy-file)",
        severity="medium",
        why="Without a policy the API server records nothing, even if a log file is set.",
        fix="Set --audit-policy-file to a policy that records at least metadata.",
        references=("CIS Kubernetes 3.2.1", "CWE-778"),
        inspect=_unset("audit-policy-file"),
    ),
)
