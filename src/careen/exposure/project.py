"""A Compose file on its way into the graph: its services with their nodes, and what they are to each other."""

from collections.abc import Mapping

from msgspec import Struct

from careen.formats.services.compose import Compose, Section, Service
from careen.model.finding import Location

from .graph import Builder, Node
from .parts import Images

MAX_JOINED = 4  # services that share the network of one that shares the network of one …


class Project(Struct, frozen=True):
    """``names`` has services by their names and by those of their containers."""

    builder: Builder
    compose: Compose
    images: Images
    nodes: Mapping[str, Node]  # by name of service
    names: Mapping[str, Service]

    @property
    def path(self) -> str:
        return self.compose.path

    def node(self, service: Service) -> Node:
        return self.nodes[service.name]

    def joined(self, service: Service, value: str) -> Service | None:
        """The other service whose namespace is taken."""
        kind, _, name = value.partition(":")
        found = self.names.get(name) if kind in ("service", "container") else None
        return None if found is service else found

    def networks_of(self, service: Service) -> tuple[str, ...]:
        """Its networks; those of the service whose network it shares."""
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
    """What a network or volume is called that is made elsewhere, and so is that of other projects too; None where it is not."""
    if section is None or section.node.get("external") in (None, False, "false"):
        return None
    return section.node.text("name") or section.node.text("external", "name")
