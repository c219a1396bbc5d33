"""Clusters and node pools of GKE."""

from collections.abc import Iterator
from functools import partial

from careen.checks.terraform_rules import (
    argument,
    is_everyone,
    is_none_of,
    is_not_false,
    is_not_true,
    is_one_of,
    is_set,
    is_true,
    needs,
    place,
)
from careen.formats.terraform.resource import Terraform
from careen.formats.terraform.values import UnknownValue
from careen.plugins import Check, Place

_gke = partial(needs, "google_container_cluster")


def _open_control_plane(document: Terraform) -> Iterator[Place]:
    for resource in document.of("google_container_cluster"):
        private, _ = argument(resource, "private_cluster_config", "enable_private_endpoint")
        networks, path = argument(resource, "master_authorized_networks_config")
        if is_true(private):
            continue
        blocks = argument(resource, "master_authorized_networks_config", "cidr_blocks")[0]
        cidrs = [block.get("cidr_block") for block in blocks if isinstance(block, dict)] if isinstance(blocks, list) else []
        if networks is None or any(is_everyone(cidr) for cidr in cidrs):
            yield place(resource, "answers everyone on the internet", *path, value=private)
        elif isinstance(networks, UnknownValue):
            yield place(resource, "answers everyone on the internet", *path, value=networks)


def _no_network_policy(document: Terraform) -> Iterator[Place]:
    for resource in document.of("google_container_cluster"):
        enabled, path = argument(resource, "network_policy", "enabled")
        datapath, _ = argument(resource, "datapath_provider")
        if is_true(enabled) or datapath == "ADVANCED_DATAPATH" or is_true(argument(resource, "enable_autopilot")[0]):
            continue
        value = enabled if isinstance(enabled, UnknownValue) else datapath
        yield place(resource, "enforces no network policies", *path, value=value)


def _legacy_metadata(document: Terraform) -> Iterator[Place]:
    for resource in document.of("google_container_cluster", "google_container_node_pool"):
        if is_true(argument(resource, "enable_autopilot")[0]) or is_true(argument(resource, "remove_default_node_pool")[0]):
            continue
        mode, path = argument(resource, "node_config", "workload_metadata_config", "mode")
        if mode not in ("GKE_METADATA", "GKE_METADATA_SERVER"):
            yield place(resource, "lets pods read the credentials of the node", *path, value=mode)


def _default_account(document: Terraform) -> Iterator[Place]:
    for resource in document.of("google_container_cluster", "google_container_node_pool"):
        if is_true(argument(resource, "enable_autopilot")[0]) or is_true(argument(resource, "remove_default_node_pool")[0]):
            continue
        account, path = argument(resource, "node_config", "service_account")
        if not is_set(account) or account == "default":
            yield place(resource, "runs its nodes as the default service account", *path, value=account)


CHECKS = (
    Check(
        id="TFM-040",
        title="Control plane of the GKE cluster is open to the internet",
        severity="high",
        why="Everyone can try stolen credentials and vulnerabilities of the API server.",
        fix="Set enable_private_endpoint, or list the networks of administrators in master_authorized_networks_config.",
        references=("CWE-284",),
        inspect=_open_control_plane,
    ),
    Check(
        id="TFM-041",
        title="Nodes of the GKE cluster have public addresses",
        severity="medium",
        why="Every port that a node opens by mistake is on the internet.",
        fix="Set enable_private_nodes = true in private_cluster_config.",
        references=("CWE-284",),
        inspect=_gke(
            keys=("private_cluster_config", "enable_private_nodes"), accepts=is_true, message="gives its nodes public addresses"
        ),
    ),
    Check(
        id="TFM-042",
        title="GKE cluster enforces no network policies",
        severity="medium",
        why="A NetworkPolicy has no effect: every pod connects to every pod.",
        fix='Set datapath_provider = "ADVANCED_DATAPATH", or network_policy with enabled = true.',
        references=("CWE-284",),
        inspect=_no_network_policy,
    ),
    Check(
        id="TFM-043",
        title="GKE cluster uses legacy authorization (ABAC)",
        severity="high",
        why="Every service account of the cluster gets broad permissions beside RBAC.",
        fix="Remove enable_legacy_abac.",
        references=("CWE-732",),
        inspect=_gke(keys=("enable_legacy_abac",), accepts=is_not_true, message="uses legacy authorization"),
    ),
    Check(
        id="TFM-044",
        title="GKE cluster issues client certificates",
        severity="medium",
        why="A certificate cannot be revoked, and stays valid for years.",
        fix="Set issue_client_certificate = false in client_certificate_config of master_auth.",
        references=("CIS Kubernetes 3.1.1",),
        inspect=_gke(
            keys=("master_auth", "client_certificate_config", "issue_client_certificate"),
            accepts=is_not_true,
            message="issues client certificates",
        ),
    ),
    Check(
        id="TFM-045",
        title="Pods of GKE can read the node's credentials",
        severity="high",
        why="Without the metadata server of GKE, every pod gets the token of the node's service account.",
        fix='Set mode = "GKE_METADATA" in workload_metadata_config of node_config.',
        references=("CWE-522",),
        inspect=_legacy_metadata,
    ),
    Check(
        id="TFM-046",
        title="GKE cluster keeps no logs",
        severity="medium",
        why="After an attack nothing shows what pods and the API server did.",
        fix='Remove logging_service = "none".',
        references=("CWE-778",),
        inspect=_gke(keys=("logging_service",), accepts=is_none_of("none"), message="keeps no logs"),
    ),
    Check(
        id="TFM-047",
        title="GKE cluster does not encrypt Secrets with its own key",
        severity="low",
        why="Access to the key of the Secrets can neither be limited nor revoked.",
        fix='Set state = "ENCRYPTED" and key_name in database_encryption.',
        references=("CIS Kubernetes 1.2.27",),
        inspect=_gke(
            keys=("database_encryption", "state"),
            accepts=is_one_of("ENCRYPTED", "ALL_OBJECTS_ENCRYPTION_ENABLED"),
            message="does not encrypt Secrets with a key of its own",
        ),
    ),
    Check(
        id="TFM-048",
        title="Nodes of GKE run as the default service account",
        severity="medium",
        why="The default account may edit the whole project, and so may an attacker on a node.",
        fix="Create a service account with the roles that nodes need, and set service_account in node_config.",
        references=("CWE-250",),
        inspect=_default_account,
    ),
    Check(
        id="TFM-049",
        title="Nodes of the GKE cluster are not shielded",
        severity="low",
        why="A node cannot prove that it is one: an attacker in a pod can impersonate it to the cluster.",
        fix="Remove enable_shielded_nodes = false.",
        references=("CWE-345",),
        inspect=_gke(keys=("enable_shielded_nodes",), accepts=is_not_false, message="does not shield its nodes"),
    ),
)
