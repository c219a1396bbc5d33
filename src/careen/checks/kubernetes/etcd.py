"""Flags of etcd, the store of the control plane."""

from functools import partial

from careen.checks.flags import differs, equals, flag, unset
from careen.plugins import Check

_flag = partial(flag, "etcd")
_unset = partial(unset, "etcd")

CHECKS = (
    Check(
        id="K8S-242",
        title="etcd serves without TLS",
        severity="high",
        why="The whole state of the cluster, with every Secret, passes the network readable.",
        fix="Set --cert-file and --key-file.",
        references=("CIS Kubernetes 2.1", "CWE-319"),
        inspect=_unset("cert-file", "key-file"),
    ),
    Check(
        id="K8S-243",
        title="etcd takes clients without a certificate",
        severity="critical",
        why="Whoever reaches its port reads every Secret and writes the state of the cluster.",
        fix="Set --client-cert-auth=true.",
        references=("CIS Kubernetes 2.2", "CWE-306"),
        inspect=_flag("client-cert-auth", differs("true"), "takes clients without a certificate"),
    ),
    Check(
        id="K8S-244",
        title="etcd makes certificates for itself",
        severity="medium",
        why="Clients cannot verify it, so who stands between reads all.",
        fix="Remove --auto-tls.",
        references=("CIS Kubernetes 2.3", "CWE-295"),
        inspect=_flag("auto-tls", equals("true"), "makes certificates for itself"),
    ),
    Check(
        id="K8S-245",
        title="etcd connects to its peers without TLS",
        severity="high",
        why="The whole state of the cluster passes between the members readable.",
        fix="Set --peer-cert-file and --peer-key-file.",
        references=("CIS Kubernetes 2.4", "CWE-319"),
        inspect=_unset("peer-cert-file", "peer-key-file"),
    ),
    Check(
        id="K8S-246",
        title="etcd takes peers without a certificate",
        severity="critical",
        why="Whoever reaches the port joins as a member and has the state of the cluster.",
        fix="Set --peer-client-cert-auth=true.",
        references=("CIS Kubernetes 2.5", "CWE-306"),
        inspect=_flag("peer-client-cert-auth", differs("true"), "takes peers without a certificate"),
    ),
    Check(
        id="K8S-247",
        title="etcd makes certificates for its peers itself",
        severity="medium",
        why="Members cannot verify each other.",
        fix="Remove --peer-auto-tls.",
        references=("CIS Kubernetes 2.6", "CWE-295"),
        inspect=_flag("peer-auto-tls", equals("true"), "makes certificates for its peers itself"),
    ),
)
