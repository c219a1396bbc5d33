"""Settings of kubelets."""

import re

from careen.checks.flags import IsWrong, differs, equals, kubelet
from careen.plugins import Check

_WEAK = re.compile(r"RC4|3DES|_CBC_|TLS_RSA_WITH|NULL|EXPORT|MD5")


def _is_unset(value: str | None) -> bool:
    return not value


def _allows_everything(value: str | None) -> bool:
    return value is None or "AlwaysAllow" in value


def _is_negative(value: str | None) -> bool:
    return value is not None and value.startswith("-")


def _has_weak_ciphers(value: str | None) -> bool:
    return value is not None and _WEAK.search(value) is not None


def _is_no_file(*suffixes: str) -> IsWrong:
    return lambda value: value is None or not value.endswith(suffixes)


CHECKS = (
    Check(
        id="K8S-250",
        title="A kubelet answers anonymous requests",
        severity="high",
        why="Whoever reaches its port may run commands in the pods of the node.",
        fix="Set authentication.anonymous.enabled to false.",
        references=("CIS Kubernetes 4.2.1", "CWE-306"),
        inspect=kubelet("anonymous-auth", differs("false"), "answers anonymous requests"),
    ),
    Check(
        id="K8S-251",
        title="A kubelet authorizes every request",
        severity="critical",
        why="Whoever is let in may run commands in the pods of the node.",
        fix="Set authorization.mode to Webhook.",
        references=("CIS Kubernetes 4.2.2", "CWE-862"),
        inspect=kubelet("authorization-mode", _allows_everything, "authorizes every request"),
    ),
    Check(
        id="K8S-252",
        title="A kubelet cannot verify who sends requests",
        severity="medium",
        why="The API server cannot be distinguished from others by its certificate.",
        fix="Set authentication.x509.clientCAFile.",
        references=("CIS Kubernetes 4.2.3", "CWE-306"),
        inspect=kubelet("client-ca-file", _is_unset, "has no authority to verify clients with"),
    ),
    Check(
        id="K8S-253",
        title="A kubelet has its read-only port open",
        severity="high",
        why="It shows pods, environment and metrics of the node to whoever reaches the port, without authentication.",
        fix="Set readOnlyPort to 0.",
        references=("CIS Kubernetes 4.2.4", "CWE-306"),
        inspect=kubelet("read-only-port", differs(None, "0"), "has its read-only port open"),
    ),
    Check(
        id="K8S-254",
        title="A kubelet never ends idle streams",
        severity="low",
        why="Forgotten shells and forwards stay open and use up connections.",
        fix="Set streamingConnectionIdleTimeout to another value than 0.",
        references=("CIS Kubernetes 4.2.5", "CWE-613"),
        inspect=kubelet("streaming-connection-idle-timeout", equals("0", "0s"), "never ends idle streams"),
    ),
    Check(
        id="K8S-255",
        title="A kubelet changes kernel parameters of its node",
        severity="low",
        why="Values that were hardened by hand are overwritten.",
        fix="Set protectKernelDefaults to true.",
        references=("CIS Kubernetes 4.2.6", "CWE-1188"),
        inspect=kubelet("protect-kernel-defaults", differs("true"), "may change kernel parameters"),
    ),
    Check(
        id="K8S-256",
        title="A kubelet does not keep the firewall chains of Kubernetes",
        severity="low",
        why="Rules of node and cluster drift apart, and packets pass that should not.",
        fix="Remove makeIPTablesUtilChains: false.",
        references=("CIS Kubernetes 4.2.7", "CWE-1188"),
        inspect=kubelet("make-iptables-util-chains", equals("false"), "does not keep the chains of iptables"),
    ),
    Check(
        id="K8S-257",
        title="A kubelet gives its node another name",
        severity="low",
        why="Certificates and logs no longer name the machine they are about.",
        fix="Remove --hostname-override.",
        references=("CIS Kubernetes 4.2.8", "CWE-778"),
        inspect=kubelet("hostname-override", bool, "gives its node another name"),
    ),
    Check(
        id="K8S-258",
        title="A kubelet has no sound limit on events",
        severity="low",
        why="Events that reveal an attack are lost, or flood the API server.",
        fix="Set eventRecordQPS to 0 or to a number that captures what is needed.",
        references=("CIS Kubernetes 4.2.9", "CWE-778"),
        inspect=kubelet("event-qps", _is_negative, "has no sound limit on events"),
    ),
    Check(
        id="K8S-259",
        title="A kubelet makes a certificate for itself",
        severity="medium",
        why="The API server cannot verify it.",
        fix="Set tlsCertFile, or serverTLSBootstrap.",
        references=("CIS Kubernetes 4.2.10", "CWE-295"),
        inspect=kubelet("tls-cert-file", _is_no_file(".crt", ".pem"), "has no certificate file"),
    ),
    Check(
        id="K8S-260",
        title="A kubelet makes a key for itself",
        severity="medium",
        why="The API server cannot verify it.",
        fix="Set tlsPrivateKeyFile, or serverTLSBootstrap.",
        references=("CIS Kubernetes 4.2.10", "CWE-295"),
        inspect=kubelet("tls-private-key-file", _is_no_file(".key", ".pem"), "has no key file"),
    ),
    Check(
        id="K8S-261",
        title="A kubelet does not rotate its client certificate",
        severity="low",
        why="A certificate that leaks serves for its whole life, and the node drops out when it ends.",
        fix="Set rotateCertificates to true.",
        references=("CIS Kubernetes 4.2.11", "CWE-324"),
        inspect=kubelet("rotate-certificates", equals("false"), "does not rotate its client certificate"),
    ),
    Check(
        id="K8S-262",
        title="A kubelet does not rotate its server certificate",
        severity="low",
        why="A certificate that leaks serves for its whole life.",
        fix="Set serverTLSBootstrap to true.",
        references=("CIS Kubernetes 4.2.12", "CWE-324"),
        inspect=kubelet("rotate-server-certificates", differs("true"), "does not rotate its server certificate"),
    ),
    Check(
        id="K8S-263",
        title="A kubelet takes weak ciphers",
        severity="low",
        why="What passes to it can be read by who breaks the cipher.",
        fix="Name suites with ECDHE and GCM or CHACHA20 alone.",
        references=("CIS Kubernetes 4.2.13", "CWE-327"),
        inspect=kubelet("tls-cipher-suites", _has_weak_ciphers, "takes weak ciphers"),
    ),
)
