"""Clusters of AKS."""

from collections.abc import Iterator
from functools import partial

from careen.checks.terraform_rules import (
    argument,
    is_everyone,
    is_not_false,
    is_not_true,
    is_set,
    is_true,
    needs,
    place,
    unknown_in,
)
from careen.formats.terraform.resource import Terraform
from careen.formats.terraform.values import UnknownValue
from careen.plugins import Check, Place

_aks = partial(needs, "azurerm_kubernetes_cluster")


def _open_api_server(document: Terraform) -> Iterator[Place]:
    for resource in document.of("azurerm_kubernetes_cluster"):
        private, _ = argument(resource, "private_cluster_enabled")
        if is_true(private):
            continue
        ranges, path = argument(resource, "api_server_access_profile", "authorized_ip_ranges")
        if ranges is None:
            ranges, path = argument(resource, "api_server_authorized_ip_ranges")
        missing = private if isinstance(private, UnknownValue) else unknown_in(ranges)
        if not ranges or is_everyone(ranges) or missing is not None:
            yield place(resource, "answers everyone on the internet", *path, value=missing)


def _no_logs(document: Terraform) -> Iterator[Place]:
    for resource in document.of("azurerm_kubernetes_cluster"):
        workspace, path = argument(resource, "oms_agent", "log_analytics_workspace_id")
        if workspace is None:
            workspace, path = argument(resource, "addon_profile", "oms_agent", "log_analytics_workspace_id")
        if not is_set(workspace):
            yield place(resource, "sends its logs nowhere", *path, value=workspace)


CHECKS = (
    Check(
        id="TFM-050",
        title="API server of the AKS cluster is open to the internet",
        severity="high",
        why="Everyone can try stolen credentials and vulnerabilities of the API server.",
        fix="Set private_cluster_enabled, or list the networks of administrators in authorized_ip_ranges.",
        references=("CWE-284",),
        inspect=_open_api_server,
    ),
    Check(
        id="TFM-051",
        title="AKS cluster does not use RBAC",
        severity="high",
        why="Every user and service account of the cluster is an administrator.",
        fix="Remove role_based_access_control_enabled = false.",
        references=("CWE-862",),
        inspect=_aks(
            keys=("role_based_access_control_enabled",),
            older=("role_based_access_control", "enabled"),
            accepts=is_not_false,
            message="does not use RBAC",
        ),
    ),
    Check(
        id="TFM-052",
        title="AKS cluster enforces no network policies",
        severity="medium",
        why="A NetworkPolicy has no effect: every pod connects to every pod.",
        fix="Set network_policy in network_profile.",
        references=("CWE-284",),
        inspect=_aks(keys=("network_profile", "network_policy"), accepts=is_set, message="enforces no network policies"),
    ),
    Check(
        id="TFM-053",
        title="AKS cluster sends its logs nowhere",
        severity="medium",
        why="After an attack nothing shows what pods and the API server did.",
        fix="Add oms_agent with a workspace of Log Analytics.",
        references=("CWE-778",),
        inspect=_no_logs,
    ),
    Check(
        id="TFM-054",
        title="AKS cluster has local accounts",
        severity="medium",
        why="Its certificate of an administrator cannot be revoked, and leaves no trace of a person.",
        fix="Set local_account_disabled = true, and use Entra ID.",
        references=("CWE-287",),
        inspect=_aks(keys=("local_account_disabled",), accepts=is_true, message="has local accounts"),
    ),
    Check(
        id="TFM-055",
        title="Nodes of the AKS cluster have public addresses",
        severity="medium",
        why="Every port that a node opens by mistake is on the internet.",
        fix="Remove node_public_ip_enabled.",
        references=("CWE-284",),
        inspect=_aks(
            keys=("default_node_pool", "node_public_ip_enabled"),
            accepts=is_not_true,
            message="gives its nodes public addresses",
        ),
    ),
)
