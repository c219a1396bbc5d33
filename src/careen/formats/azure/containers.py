"""Containers of Azure -> services with lines: container instances, container apps and their jobs, web apps.

Nothing of the host is mounted, and each container has an address of its own: only the ports of a container group with a public
address are published. ``unresolved`` has images and settings whose value only a deployment gives.
**Source:** Azure, template references of Microsoft.ContainerInstance/containerGroups, Microsoft.App/containerApps and jobs,
Microsoft.Web/sites.
"""

from collections.abc import Iterator
from typing import Any

from careen.formats.data.yaml_document import Mapping, Sequence, add, as_text, put
from careen.formats.services.compose import Compose, Unresolved, of_containers
from careen.formats.services.compose_service import Service
from careen.formats.terraform.values import UnknownValue

from .arm import AzureResource, is_known

GROUPS = ("microsoft.containerinstance/containergroups", "microsoft.containerinstance/containergroupprofiles")
APPS = ("microsoft.app/containerapps", "microsoft.app/jobs")
SITES = ("microsoft.web/sites", "microsoft.web/sites/slots")
_CONFIGS = ("microsoft.web/sites/config", "microsoft.web/sites/slots/config")
_SITE_CONTAINER = "microsoft.web/sites/sitecontainers"
HAS_CONTAINERS = frozenset((*GROUPS, *APPS, *SITES, *_CONFIGS, _SITE_CONTAINER))
_IMAGE = "docker|"
_CAPABILITIES = (("add", "cap_add"), ("drop", "cap_drop"))

_Unresolved = tuple[str, int]


class _Found:
    """The services of a file, the secrets that it writes out, and what is not known."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.services: list[Service] = []
        self.secrets = Mapping()
        self.unresolved: list[_Unresolved] = []

    def secret(self, label: str, value: Any, line: int) -> None:
        if isinstance(value, str) and value and "${" not in value:
            node = Mapping(line)
            put(node, "content", value, line)
            put(self.secrets, label, node, line)

    def service(self, noun: str, name: str, node: Mapping) -> None:
        image = node.text("image")
        if "${" in image:
            self.unresolved.append((f"image {image}", node.line_of("image")))
        if isinstance(node.get("privileged"), UnknownValue):
            self.unresolved.append((f"privileged of container {name}", node.line_of("privileged")))
        self.services.append(Service(name, node, self.path, {}, noun))


def containers(path: str, resources: tuple[AzureResource, ...], elsewhere: tuple[_Unresolved, ...]) -> Compose:
    found = _Found(path)
    for resource in resources:
        properties = resource.values.map("properties")
        if resource.type in GROUPS:
            _group(found, resource, properties)
        elif resource.type in APPS:
            _app(found, resource, properties)
        elif resource.type in SITES:
            _site(found, resource, properties)
        elif resource.type in _CONFIGS:
            _site_config(found, resource, properties)
        elif resource.type == _SITE_CONTAINER:
            found.service("container", resource.name, _container(found, resource.name, properties))
    body = Mapping()
    if found.secrets:
        put(body, "secrets", found.secrets, 0)
    unresolved = (Unresolved(what, path, line) for what, line in (*dict.fromkeys(found.unresolved), *elsewhere))
    return of_containers(path, found.services, body, unresolved=unresolved)


def _group(found: _Found, resource: AzureResource, properties: Mapping) -> None:
    _unread(found, properties, "containers", resource)
    is_public = properties.text("ipAddress", "type").lower() == "public"
    published = {port.text("port") for port in properties.maps("ipAddress", "ports")}
    for listed in ("containers", "initContainers"):
        for described in properties.maps(listed):
            name = described.text("name") or resource.name
            inner = described.map("properties")
            node = _container(found, name, inner)
            for port in inner.maps("ports") if is_public else ():
                if port.text("port") in published:
                    made = Mapping(port.line)
                    put(made, "target", port.text("port"), port.line)
                    put(made, "published", port.text("port"), port.line)
                    add(node, "ports", made, port.line)
            found.service("container", name, node)
    for at, registry in enumerate(properties.maps("imageRegistryCredentials")):
        found.secret(f"for registry {at + 1} of {resource.name}", registry.get("password"), registry.line_of("password"))
    for volume in properties.maps("volumes"):
        share = volume.map("azureFile")
        found.secret(f"for volume {volume.text('name')}", share.get("storageAccountKey"), share.line_of("storageAccountKey"))


def _app(found: _Found, resource: AzureResource, properties: Mapping) -> None:
    template = properties.map("template")
    _unread(found, template, "containers", resource)
    for listed in ("containers", "initContainers"):
        for described in template.maps(listed):
            name = described.text("name") or resource.name
            found.service("container", name, _container(found, name, described))
    for secret in properties.maps("configuration", "secrets"):
        found.secret(f"{secret.text('name')} of {resource.name}", secret.get("value"), secret.line_of("value"))


def _unread(found: _Found, holder: Mapping, key: str, resource: AzureResource) -> None:
    """Notes a list of containers that other code gives, and its items."""
    items = holder.get(key)
    if isinstance(items, UnknownValue):
        found.unresolved.append((f"{key} of {resource.name}", holder.line_of(key)))
    elif isinstance(items, Sequence):
        for item, line in zip(items, items.lines, strict=True):
            if isinstance(item, UnknownValue):
                found.unresolved.append((f"a container of {resource.name}", line))


def _site(found: _Found, resource: AzureResource, properties: Mapping) -> None:
    config = properties.map("siteConfig")
    node = Mapping(config.line or properties.line)
    for settings in (config.seq("appSettings"), config.seq("connectionStrings")):
        for setting in settings:
            if isinstance(setting, Mapping):
                value = setting.get("value", setting.get("connectionString"))
                _variable(node, setting.text("name"), value, setting.line_of("value"))
    _site_service(found, resource.name, config, node)


def _site_config(found: _Found, resource: AzureResource, properties: Mapping) -> None:
    node = Mapping(properties.line)
    which = resource.name.rpartition("/")[2].lower()
    if which in ("appsettings", "connectionstrings"):
        for name, value in properties.items():
            written = value.get("value") if isinstance(value, Mapping) else value
            _variable(node, name, written, properties.line_of(name))
    _site_service(found, resource.name, properties, node)


def _site_service(found: _Found, name: str, config: Mapping, node: Mapping) -> None:
    for key in ("linuxFxVersion", "windowsFxVersion"):
        value = config.text(key)
        if value.lower().startswith(_IMAGE):
            put(node, "image", value[len(_IMAGE) :], config.line_of(key))
        elif "|" in value and value.lower().startswith(("compose|", "kube|")):
            found.unresolved.append((f"the services in {key} of {name}", config.line_of(key)))
    if node:
        found.service("web app", name, node)


def _container(found: _Found, name: str, described: Mapping) -> Mapping:
    node = Mapping(described.line)
    node.end_line = described.end_line
    for key, ours in (("image", "image"), ("command", "command"), ("startUpCommand", "command")):
        if is_known(described.get(key)) or isinstance(described.get(key), str):
            put(node, ours, described[key], described.line_of(key))
    for word, line in _items(described, "args"):
        add(node, "command", word, line)
    for key in ("environmentVariables", "env"):
        for variable in described.maps(key):
            _variable(node, variable.text("name"), variable.get("value"), variable.line_of("value"))
            label = f"{variable.text('name')} of {name}"
            found.secret(label, variable.get("secureValue"), variable.line_of("secureValue"))
    security = described.map("securityContext")
    if "privileged" in security:
        put(node, "privileged", security["privileged"], security.line_of("privileged"))
    for key, ours in _CAPABILITIES:
        for capability, line in _items(security.map("capabilities"), key):
            add(node, ours, capability, line)
    if security.get("allowPrivilegeEscalation") is False:
        line = security.line_of("allowPrivilegeEscalation")
        add(node, "security_opt", "no-new-privileges:true", line)
    if "runAsUser" in security:
        put(node, "user", as_text(security["runAsUser"]), security.line_of("runAsUser"))
    return node


def _items(node: Mapping, key: str) -> Iterator[tuple[str, int]]:
    items = node.seq(key)
    yield from ((as_text(item), line) for item, line in zip(items, items.lines, strict=True))


def _variable(node: Mapping, name: str, value: Any, line: int) -> None:
    add(node, "environment", f"{name}={as_text(value)}", line)
