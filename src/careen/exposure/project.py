"""A Compose file, the graph nodes of its services, and how its services share networks and namespaces."""

from collections.abc import Mapping

from msgspec import Struct

from careen.formats.services.compose import Compose, Section, Service
from careen.model.finding import Location

from .graph import Builder, Node
from .parts import Images

MAX_JOINED = 4  # length of a chain of services that share a network


class Project(Struct, frozen=True):
    """A Compose file whose services are added to the graph. ``names`` has the services by service name and by
    container name."""

    builder: Builder
    compose: Compose
    images: Images
    nodes: Mapping[str, Node]  # by service name
    names: Mapping[str, Service]

    @property
    def path(self) -> str:
        return self.compose.path

    def node(self, service: Service) -> Node:
        return self.nodes[service.name]

    def joined(self, service: Service, value: str) -> Service | None:
        """The other service whose namespace a setting such as ``service:NAME`` names; None for any other value."""
        kind, _, name = value.partition(":")
        found = self.names.get(name) if kind in ("service", "container") else None
        return None if found is service else found

    def networks_of(self, service: Service) -> tuple[str, ...]:
        """The networks of a service, or those of the service whose network it shares."""
        for _ in range(MAX_JOINED):
            other = self.joined(service, service.network_mode)
            if other is None:
                break
            service = other
        return service.networks()


def names_of(compose: Compose) -> dict[str, Service]:
    names = {service.node.text("container_name"): service for service in compose.services}
    return names | {service.name: service for service in compose.services}


def at(service: Service, *keys: str | int) -> Location:
    path, line = service.where(*keys)
    return Location(path, line or None)


def external(section: Section | None) -> str | None:
    """The name of an external network or volume, which other projects may share; None if it is not external."""
    if section is None or section.node.get("external") in (None, False, "false"):
        return None
    return section.node.text("name") or section.node.text("external", "name")
