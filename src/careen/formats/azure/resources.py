"""Resources of Azure's templates -> those of Terraform's provider that describe the same, for the checks of what containers run
on.

The arguments have the names of the provider, and its defaults where those of a template differ.
**Source:** Azure, template reference; Terraform provider hashicorp/azurerm.
"""

from collections.abc import Callable
from collections.abc import Mapping as Dictionary

from careen.formats.data.yaml_document import Mapping, add, put
from careen.formats.terraform.resource import Resource
from careen.formats.terraform.values import UnknownValue

from .arm import AzureResource

Values = Callable[[Mapping, Mapping], None]  # fills the arguments from the properties
Keys = Dictionary[str, tuple[str, ...]]  # path in the properties by argument


def terraform_resources(resources: tuple[AzureResource, ...], path: str) -> list[Resource]:
    return [made for resource in resources if (made := _made(resource, path)) is not None]


def _made(resource: AzureResource, path: str) -> Resource | None:
    if resource.type not in _TYPES:
        return None
    type, fill = _TYPES[resource.type]
    values, written = Mapping(resource.values.line), resource.values
    values.end_line = written.end_line
    if "name" in written:
        put(values, "name", written["name"], written.line_of("name"))
    fill(written.map("properties"), values)
    return Resource(type, resource.name, "", values, path, written.line, written.end_line, noun=resource.type)


def _copied(properties: Mapping, values: Mapping, keys: Keys) -> None:
    for argument, where in keys.items():
        holder = properties.map(*where[:-1])
        if where[-1] in holder:
            put(values, argument, holder[where[-1]], holder.line_of(where[-1]))


def _block(properties: Mapping, values: Mapping, name: str, keys: Keys, *where: str) -> Mapping:
    holder = properties.map(*where)
    block = Mapping(holder.line or values.line)
    _copied(holder, block, keys)
    if block:
        add(values, name, block, block.line)
    return block


def _switched(properties: Mapping, values: Mapping, argument: str, key: str, on: str) -> None:
    """An argument that is true if a setting has one of its two words."""
    if key in properties:
        value = properties[key]
        is_on = value if isinstance(value, UnknownValue) else str(value).lower() == on
        put(values, argument, is_on, properties.line_of(key))


def _registry(properties: Mapping, values: Mapping) -> None:
    _copied(properties, values, {"admin_enabled": ("adminUserEnabled",), "anonymous_pull_enabled": ("anonymousPullEnabled",)})
    _switched(properties, values, "public_network_access_enabled", "publicNetworkAccess", "enabled")


def _cluster(properties: Mapping, values: Mapping) -> None:
    _copied(
        properties,
        values,
        {
            "private_cluster_enabled": ("apiServerAccessProfile", "enablePrivateCluster"),
            "role_based_access_control_enabled": ("enableRBAC",),
            "local_account_disabled": ("disableLocalAccounts",),
        },
    )
    ranges = {"authorized_ip_ranges": ("authorizedIPRanges",)}
    _block(properties, values, "api_server_access_profile", ranges, "apiServerAccessProfile")
    _block(properties, values, "network_profile", {"network_policy": ("networkPolicy",)}, "networkProfile")
    workspace = {"log_analytics_workspace_id": ("config", "logAnalyticsWorkspaceResourceID")}
    _block(properties, values, "oms_agent", workspace, "addonProfiles", "omsagent")
    for pool in properties.maps("agentPoolProfiles")[:1]:
        _block(pool, values, "default_node_pool", {"node_public_ip_enabled": ("enableNodePublicIP",)})


_RULE = {
    "access": ("access",),
    "direction": ("direction",),
    "description": ("description",),
    "source_address_prefix": ("sourceAddressPrefix",),
    "destination_port_range": ("destinationPortRange",),
}
_LISTS = {
    "source_address_prefixes": ("sourceAddressPrefixes",),
    "destination_port_ranges": ("destinationPortRanges",),
}


def _rule(properties: Mapping, values: Mapping) -> None:
    _copied(properties, values, _RULE)
    _copied(properties, values, {argument: where for argument, where in _LISTS.items() if properties.seq(*where)})


def _network(properties: Mapping, values: Mapping) -> None:
    for rule in properties.maps("securityRules"):
        block = Mapping(rule.line)
        _rule(rule.map("properties"), block)
        add(values, "security_rule", block, rule.line)


def _storage(properties: Mapping, values: Mapping) -> None:
    _copied(
        properties,
        values,
        {
            "allow_nested_items_to_be_public": ("allowBlobPublicAccess",),
            "https_traffic_only_enabled": ("supportsHttpsTrafficOnly",),
            "min_tls_version": ("minimumTlsVersion",),
        },
    )


def _app(properties: Mapping, values: Mapping) -> None:
    keys = {"external_enabled": ("external",), "allow_insecure_connections": ("allowInsecure",)}
    ingress = _block(properties, values, "ingress", keys, "configuration", "ingress")
    for rule in properties.maps("configuration", "ingress", "ipSecurityRestrictions"):
        block = Mapping(rule.line)
        _copied(rule, block, {"action": ("action",), "ip_address_range": ("ipAddressRange",)})
        add(ingress, "ip_security_restriction", block, rule.line)


def _group(properties: Mapping, values: Mapping) -> None:
    _copied(properties, values, {"ip_address_type": ("ipAddress", "type"), "subnet_ids": ("subnetIds",)})
    if "ipAddress" not in properties:
        put(values, "ip_address_type", "None", properties.line)


def _site(properties: Mapping, values: Mapping) -> None:
    _copied(properties, values, {"https_only": ("httpsOnly",)})
    keys = {"remote_debugging_enabled": ("remoteDebuggingEnabled",), "ftps_state": ("ftpsState",)}
    _block(properties, values, "site_config", keys, "siteConfig")


_TYPES: dict[str, tuple[str, Values]] = {
    "microsoft.app/containerapps": ("azurerm_container_app", _app),
    "microsoft.containerinstance/containergroups": ("azurerm_container_group", _group),
    "microsoft.containerregistry/registries": ("azurerm_container_registry", _registry),
    "microsoft.containerservice/managedclusters": ("azurerm_kubernetes_cluster", _cluster),
    "microsoft.network/networksecuritygroups": ("azurerm_network_security_group", _network),
    "microsoft.network/networksecuritygroups/securityrules": ("azurerm_network_security_rule", _rule),
    "microsoft.storage/storageaccounts": ("azurerm_storage_account", _storage),
    "microsoft.web/sites": ("azurerm_linux_web_app", _site),
    "microsoft.web/sites/slots": ("azurerm_linux_web_app", _site),
}
READ = frozenset(_TYPES)
