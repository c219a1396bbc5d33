"""Resources of Azure in the form of Terraform's provider."""

import pytest

from careen.formats.azure import bicep
from careen.formats.azure.resources import terraform_resources


def made(type, body):
    read = bicep.read(f"param none bool\nresource r '{type}@2023-05-01' = {{\n name: 'x'\n properties: {{\n{body}\n}}\n}}\n")
    (resource,) = terraform_resources(read.resources, "a.bicep")
    return resource


@pytest.mark.parametrize(
    ("type", "body", "to", "values"),
    [
        ("Microsoft.ContainerRegistry/registries", "adminUserEnabled: true, publicNetworkAccess: 'Disabled'",
         "azurerm_container_registry", {"admin_enabled": True, "public_network_access_enabled": False}),
        ("Microsoft.ContainerRegistry/registries", "anonymousPullEnabled: none, publicNetworkAccess: none",
         "azurerm_container_registry", {"anonymous_pull_enabled": "${none}", "public_network_access_enabled": "${none}"}),
        ("Microsoft.ContainerService/managedClusters",
         "enableRBAC: false, apiServerAccessProfile: { authorizedIPRanges: [ '0.0.0.0/0' ] }, disableLocalAccounts: true, "
         "networkProfile: { networkPolicy: 'cilium' }, agentPoolProfiles: [ { enableNodePublicIP: true } ], "
         "addonProfiles: { omsagent: { config: { logAnalyticsWorkspaceResourceID: 'w' } } }",
         "azurerm_kubernetes_cluster",
         {"role_based_access_control_enabled": False, "local_account_disabled": True,
          "api_server_access_profile": [{"authorized_ip_ranges": ["0.0.0.0/0"]}],
          "network_profile": [{"network_policy": "cilium"}],
          "oms_agent": [{"log_analytics_workspace_id": "w"}], "default_node_pool": [{"node_public_ip_enabled": True}]}),
        ("Microsoft.Network/networkSecurityGroups",
         "securityRules: [ { name: 'r', properties: { access: 'Allow', direction: 'Inbound', sourceAddressPrefix: '*', "
         "destinationPortRange: '22', destinationPortRanges: [] } } ]",
         "azurerm_network_security_group",
         {"security_rule": [{"access": "Allow", "direction": "Inbound", "source_address_prefix": "*",
                             "destination_port_range": "22"}]}),
        ("Microsoft.Network/networkSecurityGroups/securityRules", "access: 'Allow', sourceAddressPrefixes: [ '*' ]",
         "azurerm_network_security_rule", {"access": "Allow", "source_address_prefixes": ["*"]}),
        ("Microsoft.Storage/storageAccounts", "allowBlobPublicAccess: false, supportsHttpsTrafficOnly: true",
         "azurerm_storage_account", {"allow_nested_items_to_be_public": False, "https_traffic_only_enabled": True}),
        ("Microsoft.App/containerApps",
         "configuration: { ingress: { external: true, allowInsecure: true, ipSecurityRestrictions: [ { action: 'Allow' } ] } }",
         "azurerm_container_app",
         {"ingress": [{"external_enabled": True, "allow_insecure_connections": True,
                       "ip_security_restriction": [{"action": "Allow"}]}]}),
        ("Microsoft.ContainerInstance/containerGroups", "ipAddress: { type: 'Public' }",
         "azurerm_container_group", {"ip_address_type": "Public"}),
        ("Microsoft.ContainerInstance/containerGroups", "osType: 'Linux'",
         "azurerm_container_group", {"ip_address_type": "None"}),
        ("Microsoft.Web/sites", "httpsOnly: true, siteConfig: { remoteDebuggingEnabled: true }",
         "azurerm_linux_web_app", {"https_only": True, "site_config": [{"remote_debugging_enabled": True}]}),
    ],
)  # fmt: skip
def test_resources(type, body, to, values):
    resource = made(type, body)
    own = {key: value for key, value in resource.values.items() if key != "name"}
    assert (resource.type, own) == (to, values)
    assert (resource.label, resource.line) == (f"{type.lower()}.x", 2)
    assert {line for key, line in resource.values.lines.items() if key != "name"} <= {4, 5}


def test_others():
    read = bicep.read("resource r 'Microsoft.Compute/virtualMachines@1' = { name: 'x' }\n")
    assert terraform_resources(read.resources, "a.bicep") == []
