"""Settings of kubelets."""

from careen.checks.flags import IsWrong, differs, equals, kubelet, lists_weak_ciphers
from careen.plugins import Check


def _is_unset(value: str | None) -> bool:
    return not value


def _allows_everything(value: str | None) -> bool:
    return value is None or "AlwaysAllow" in value


def _is_negative(value: str | None) -> bool:
    return value is not None and value.startswith("-")


def _is_unlimited(value: str | None) -> bool:
    return value is None or value.startswith("-") or value == "0"


def _is_no_file(*suffixes: str) -> IsWrong:
    return lambda value: value is None or not value.endswith(suffixes)


CHECKS = (
    Check(
        id="K8S-250",
        title="Kubelet allows anonymous requests",
        severity="high",
        why="Anyone who reaches its port can run commands in the pods of the node.",
        fix="Set authentication.anonymous.enabled to false.",
        references=("CIS Kubernetes 4.2.1", "CWE-306"),
        inspect=kubelet("anonymous-auth", differs("false"), "answers anonymous requests"),
    ),
    Check(
        id="K8S-251",
        title="Kubelet authorizes all requests (AlwaysAllow)",
        severity="critical",
        why="Every authenticated client can run commands in the pods of the node.",
        fix="Set authorization.mode to Webhook.",
        references=("CIS Kubernetes 4.2.2", "CWE-862"),
        inspect=kubelet("authorization-mode", _allows_everything, "authorizes every request"),
    ),
    Check(
        id="K8S-252",
        title="Kubelet has no client CA (clientCAFile)",
        severity="medium",
        why="The kubelet cannot authenticate the API server by its certificate.",
        fix="Set authentication.x509.clientCAFile.",
        references=("CIS Kubernetes 4.2.3", "CWE-306"),
        inspect=kubelet("client-ca-file", _is_unset, "has no authority to verify clients with"),
    ),
    Check(
        id="K8S-253",
        title="Kubelet read-only port is enabled",
        severity="high",
        why="Anyone who reaches the port can read pods, environment and metrics of the node, without authentication.",
        fix="Set readOnlyPort to 0.",
        references=("CIS Kubernetes 4.2.4", "CWE-306"),
        inspect=kubelet("read-only-port", differs(None, "0"), "has its read-only port open"),
    ),
    Check(
        id="K8S-254",
        title="Kubelet streaming connections never time out",
        severity="low",
        why="Forgotten shells and port forwards stay open and use up connections.",
        fix="Set streamingConnectionIdleTimeout to a value other than 0.",
        references=("CIS Kubernetes 4.2.5", "CWE-613"),
        inspect=kubelet("streaming-connection-idle-timeout", equals("0", "0s"), "never ends idle streams"),
    ),
    Check(
        id="K8S-255",
        title="Kubelet does not protect kernel defaults",
        severity="low",
        why="The kubelet overwrites hardened kernel parameters of its node.",
        fix="Set protectKernelDefaults to true.",
        references=("CIS Kubernetes 4.2.6", "CWE-1188"),
        inspect=kubelet("protect-kernel-defaults", differs("true"), "may change kernel parameters"),
    ),
    Check(
        id="K8S-256",
        title="Kubelet does not manage iptables chains",
        severity="low",
        why="Firewall rules of the node and the cluster diverge, and packets pass that should not.",
        fix="Remove makeIPTablesUtilChains: false.",
        references=("CIS Kubernetes 4.2.7", "CWE-1188"),
        inspect=kubelet("make-iptables-util-chains", equals("false"), "does not keep the chains of iptables"),
    ),
    Check(
        id="K8S-257",
        title="Kubelet sets --hostname-override",
        severity="low",
        why="Certificates and logs do not name the real machine.",
        fix="Remove --hostname-override.",
        references=("CIS Kubernetes 4.2.8", "CWE-778"),
        inspect=kubelet("hostname-override", bool, "gives its node another name"),
    ),
    Check(
        id="K8S-258",
        title="Kubelet event limit is not appropriate (eventRecordQPS)",
        severity="low",
        why="Events that reveal an attack are lost, or flood the API server.",
        fix="Set eventRecordQPS to 0 or to a rate that captures what you need.",
        references=("CIS Kubernetes 4.2.9", "CWE-778"),
        inspect=kubelet("event-qps", _is_negative, "has no sound limit on events"),
    ),
    Check(
        id="K8S-259",
        title="Kubelet uses a self-signed certificate",
        severity="medium",
        why="The API server cannot verify the kubelet.",
        fix="Set tlsCertFile, or serverTLSBootstrap.",
        references=("CIS Kubernetes 4.2.10", "CWE-295"),
        inspect=kubelet("tls-cert-file", _is_no_file(".crt", ".pem"), "has no certificate file"),
    ),
    Check(
        id="K8S-260",
        title="Kubelet uses a self-generated key",
        severity="medium",
        why="The API server cannot verify the kubelet.",
        fix="Set tlsPrivateKeyFile, or serverTLSBootstrap.",
        references=("CIS Kubernetes 4.2.10", "CWE-295"),
        inspect=kubelet("tls-private-key-file", _is_no_file(".key", ".pem"), "has no key file"),
    ),
    Check(
        id="K8S-261",
        title="Kubelet does not rotate its client certificate",
        severity="low",
        why="A leaked certificate works until it expires, and then the node loses its connection.",
        fix="Set rotateCertificates to true.",
        references=("CIS Kubernetes 4.2.11", "CWE-324"),
        inspect=kubelet("rotate-certificates", equals("false"), "does not rotate its client certificate"),
    ),
    Check(
        id="K8S-262",
        title="Kubelet does not rotate its server certificate",
        severity="low",
        why="A leaked certificate works until it expires.",
        fix="Set serverTLSBootstrap to true.",
        references=("CIS Kubernetes 4.2.12", "CWE-324"),
        inspect=kubelet("rotate-server-certificates", differs("true"), "does not rotate its server certificate"),
    ),
    Check(
        id="K8S-263",
        title="Kubelet accepts weak TLS ciphers",
        severity="low",
        why="An attacker who breaks the cipher can read the traffic.",
        fix="Set tlsCipherSuites to suites with ECDHE and GCM or CHACHA20.",
        references=("CIS Kubernetes 4.2.13", "CWE-327"),
        inspect=kubelet("tls-cipher-suites", lists_weak_ciphers, "takes weak ciphers"),
    ),
    Check(
        id="K8S-289",
        title="Kubelet does not limit the processes of a pod",
        severity="low",
        why="One pod that forks without end exhausts the process ids of the node, and stops every other pod there.",
        fix="Set podPidsLimit, for example to 4096.",
        references=("CIS Kubernetes 4.2.12", "CWE-770"),
        inspect=kubelet("pod-max-pids", _is_unlimited, "lets a pod start any number of processes"),
    ),
)
