"""Flags of etcd, the store of the control plane."""

from collections.abc import Iterator
from functools import partial

from careen.checks.flags import differs, equals, flag, unset
from careen.checks.places import at
from careen.formats.kubernetes import control_plane
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place

_flag = partial(flag, "etcd")
_unset = partial(unset, "etcd")


def _trusts_clients_of_cluster(manifests: Manifests) -> Iterator[Place]:
    of_cluster = {value for _, value in control_plane.flag(manifests, "kube-apiserver", "client-ca-file") if value}
    for container, value in control_plane.flag(manifests, "etcd", "trusted-ca-file"):
        if value in of_cluster:
            yield at(container, f"trusts {value}, as the API server does for its clients", "command")


CHECKS = (
    Check(
        id="K8S-242",
        title="etcd serves without TLS",
        severity="high",
        why="Anyone on the network path can read the whole state of the cluster, including all Secrets.",
        fix="Set --cert-file and --key-file.",
        references=("CIS Kubernetes 2.1", "CWE-319"),
        inspect=_unset("cert-file", "key-file"),
    ),
    Check(
        id="K8S-243",
        title="etcd does not require client certificates",
        severity="critical",
        why="Anyone who reaches its port reads all Secrets and can change the state of the cluster.",
        fix="Set --client-cert-auth=true.",
        references=("CIS Kubernetes 2.2", "CWE-306"),
        inspect=_flag("client-cert-auth", differs("true"), "takes clients without a certificate"),
    ),
    Check(
        id="K8S-244",
        title="etcd uses self-signed certificates (--auto-tls)",
        severity="medium",
        why="Clients cannot verify etcd: an attacker on the network path can read everything.",
        fix="Remove --auto-tls.",
        references=("CIS Kubernetes 2.3", "CWE-295"),
        inspect=_flag("auto-tls", equals("true"), "makes certificates for itself"),
    ),
    Check(
        id="K8S-245",
        title="etcd connects to its peers without TLS",
        severity="high",
        why="Anyone on the network path between the members can read the state of the cluster.",
        fix="Set --peer-cert-file and --peer-key-file.",
        references=("CIS Kubernetes 2.4", "CWE-319"),
        inspect=_unset("peer-cert-file", "peer-key-file"),
    ),
    Check(
        id="K8S-246",
        title="etcd does not require peer certificates",
        severity="critical",
        why="Anyone who reaches the port can join as a member and gets the state of the cluster.",
        fix="Set --peer-client-cert-auth=true.",
        references=("CIS Kubernetes 2.5", "CWE-306"),
        inspect=_flag("peer-client-cert-auth", differs("true"), "takes peers without a certificate"),
    ),
    Check(
        id="K8S-247",
        title="etcd uses self-signed peer certificates (--peer-auto-tls)",
        severity="medium",
        why="Members cannot verify each other.",
        fix="Remove --peer-auto-tls.",
        references=("CIS Kubernetes 2.6", "CWE-295"),
        inspect=_flag("peer-auto-tls", equals("true"), "makes certificates for its peers itself"),
    ),
    Check(
        id="K8S-285",
        title="etcd trusts the certificate authority of the cluster",
        severity="medium",
        why="Every client certificate of the cluster, also that of a node, opens etcd with all Secrets.",
        fix="Make a certificate authority for etcd alone, and name it in --trusted-ca-file.",
        references=("CIS Kubernetes 2.7", "CWE-295"),
        inspect=_trusts_clients_of_cluster,
    ),
)
