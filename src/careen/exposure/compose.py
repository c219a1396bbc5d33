"""A Compose file -> its part of the graph: services of one host, their ports, networks, and ways to the host.

**Source:** https://github.com/compose-spec/compose-spec/blob/main/05-services.md and 06-networks.md; an ``internal`` network
publishes no port: Docker, "docker network create --internal".
"""

import ipaddress
import re
from collections.abc import Iterator

from careen.formats.data.yaml_document import Mapping, as_text
from careen.formats.services.compose import Compose, Port, Service
from careen.formats.services.compose_service import is_true
from careen.model.finding import Location

from . import crossings
from .composeshares import add_secrets, add_volumes
from .crossings import Crossing
from .graph import INTERNET, Builder, Container, Node, Reason
from .parts import LOCAL, REACHED, Images, container_node, entered, escape, inhabit, user_of
from .project import Project, at, external, names_of

_LAN_DRIVERS = ("macvlan", "ipvlan")
_NO_NEW_PRIVILEGES = re.compile(r"no-new-privileges(?:=true)?$")


def add_compose(builder: Builder, compose: Compose, images: Images) -> None:
    host = Node(f"host:{compose.path}", "host", "host", compose.path)
    nodes = {service.name: _node(compose, service, images) for service in compose.services}
    for node in nodes.values():
        builder.add(node)
    project = Project(builder, compose, images, nodes, names_of(compose))
    for service in compose.services:
        for crossing, place in _crossings(service):
            escape(builder, nodes[service.name], host.id, crossing, place)
    inhabit(builder, host, nodes.values())
    _ports(project)
    _networks(project)
    _namespaces(project)
    add_volumes(project)
    add_secrets(project)
    for reference in compose.unresolved:
        builder.note(f"{reference.path}:{reference.line}: {reference.what} is not among the files and was not read")


def _node(compose: Compose, service: Service, images: Images) -> Node:
    image = images.get(service.image)
    environment = {name: value for name, value, _ in service.environment()}
    kind = crossings.database(service.image)
    ports = [port.target for port in service.ports()]
    ports += [as_text(port).partition("/")[0] for port in service.node.seq("expose")]
    ports += [port.partition("/")[0] for port in image.ports] if image else []
    listens = True if ports or kind else (False if image and image.scanned else None)
    facts = [f"drops {', '.join(sorted(service.dropped))}"] if service.dropped else []
    facts += ["read-only file system"] if service.is_on("read_only") else []
    facts += ["no new privileges"] if any(_NO_NEW_PRIVILEGES.match(option) for option in service.security) else []
    container = Container(
        image=service.image,
        user=user_of(service.node.text("user"), image),
        privileged=service.is_on("privileged"),
        capabilities=tuple(sorted(service.added)),
        ports=tuple(dict.fromkeys(ports)),
        listens=listens,
        database=kind,
        guarded=bool(kind) and crossings.guarded(service.image, environment),
        facts=tuple(facts),
    )
    return container_node(f"container:{compose.path}:{service.name}", service.name, compose.path, at(service), container)


def _crossings(service: Service) -> Iterator[tuple[Crossing, Location]]:
    if service.is_on("privileged"):
        yield (
            Crossing("privilege", "is privileged: it has all devices and capabilities of the host", 0.9, "remove privileged"),
            at(service, "privileged"),
        )
    host_processes = service.node.text("pid") == "host"
    if found := crossings.of_capabilities(service.added, host_processes):
        yield found, at(service, "cap_add")
    if host_processes:
        yield Crossing("namespace", "sees the processes of the host", 0.3, "remove pid: host"), at(service, "pid")
    if service.node.text("ipc") == "host":
        yield Crossing("namespace", "shares memory with the processes of the host", 0.1, "remove ipc: host"), at(service, "ipc")
    if service.is_on("use_api_socket"):
        yield (
            Crossing("socket", "is given the socket of the engine", 0.95, "remove use_api_socket"),
            at(service, "use_api_socket"),
        )
    for mount in service.mounts():
        path = mount.host_path or (mount.source if mount.kind == "npipe" else "")
        if path and (found := crossings.of_host_path(path, mount.read_only)):
            yield found, at(service, "volumes", mount.index)
    for index, device in enumerate(service.node.seq("devices")):
        source = device.text("source") if isinstance(device, Mapping) else as_text(device).partition(":")[0]
        if crossings.DEVICE.match(source):
            yield (
                Crossing("privilege", f"has the device {source}", 0.8, f"remove the device {source}"),
                at(service, "devices", index),
            )


def _ports(project: Project) -> None:
    guests: dict[str, list[Node]] = {}  # services that listen on the ports of another service
    for service in project.compose.services:
        other = project.joined(service, service.network_mode)
        if other is not None:
            guests.setdefault(other.name, []).append(project.node(service))
    for service in project.compose.services:
        behind = [project.node(service), *guests.get(service.name, ())]
        if service.network_mode == "host":
            text = f"{service.name} uses the network of the host: every port that it opens is a port of the host"
            _publish(
                project,
                behind[:1],
                "the host's network",
                at(service, "network_mode"),
                REACHED,
                text,
                "remove network_mode: host",
            )
            continue
        networks = service.networks()
        lan = next((name for name in networks if _driver(project, name) in _LAN_DRIVERS), "")
        if lan:
            place = Location(*project.compose.networks[lan].where("driver"))
            text = f"network {lan} puts {service.name} beside the host in its local network"
            _publish(project, behind[:1], f"address in {lan}", place, LOCAL, text, f"take {service.name} off {lan}")
        sealed = bool(networks) and all(_internal(project, name) for name in networks)
        for port in service.ports():
            place = at(service, "ports", port.index)
            shown = f"port {port.published or port.target}" + ("" if port.protocol == "tcp" else f"/{port.protocol}")
            if _loopback(port):
                continue
            if sealed:
                why = "but its networks are internal: it is not reachable from outside"
                project.builder.note(f"{place.path}:{place.line}: {service.name} publishes {shown}, {why}")
                continue
            reach, where = (REACHED, "every address") if port.everywhere else _reach(port)
            text = f"{shown} of {service.name} is published on {where}"
            _publish(project, behind, shown, place, reach, text, f"publish {shown} on 127.0.0.1, or not at all")


def _publish(project: Project, behind: list[Node], shown: str, place: Location, reach: float, text: str, cut: str) -> None:
    builder, node = project.builder, behind[0]
    hub = builder.add(Node(f"port:{node.id}:{shown}", "port", shown, node.group, (place,)))
    builder.edge(INTERNET, hub, Reason("exposed", text, reach, (place,), cut))
    for member in behind:
        entered(builder, hub, member, project.images, 1.0, member.places)


def _networks(project: Project) -> None:
    builder, compose = project.builder, project.compose
    members: dict[str, list[Service]] = {}
    for service in compose.services:
        for name in project.networks_of(service):
            members.setdefault(name, []).append(service)
    on_host = [service for service in compose.services if service.network_mode == "host"]
    for name, services in members.items():
        section = compose.networks.get(name)
        title = external(section)
        if title is None and len(services) + len(on_host) < 2:
            continue
        place = Location(*section.where()) if section else at(services[0])
        id = f"network:{compose.path}:{name}" if title is None else f"network:{title or name}"
        hub = builder.add(Node(id, "network", name, compose.path if title is None else "", (place,)))
        for service in services:
            there = at(service, "networks")
            reason = Reason("network", f"{service.name} is on network {name}", REACHED, (there,))
            builder.edge(project.node(service).id, hub, reason)
            entered(builder, hub, project.node(service), project.images, 1.0, (there,))
        for service in on_host:  # the host has an address in each of its bridges
            there = at(service, "network_mode")
            reason = Reason("network", f"{service.name} reaches network {name} from the host", REACHED, (there,))
            builder.edge(project.node(service).id, hub, reason)
            if not _internal(project, name):
                entered(builder, hub, project.node(service), project.images, 1.0, (there,))


def _namespaces(project: Project) -> None:
    builder = project.builder
    for service in project.compose.services:
        node = project.node(service)
        for key, what, ease in (("pid", "processes", 0.7), ("ipc", "memory", 0.2)):
            other = project.joined(service, service.node.text(key))
            for left, right in _both(node, project.node(other)) if other is not None else ():
                text = f"{left.name} shares the {what} of {right.name}"
                builder.edge(left.id, right.id, Reason("namespace", text, ease, (at(service, key),)))
        other = project.joined(service, service.network_mode)
        for left, right in _both(node, project.node(other)) if other is not None else ():
            why = f"{left.name} shares the network of {right.name}, its loopback too; "
            places = (at(service, "network_mode"),)
            entered(builder, left.id, right, project.images, REACHED, places, "namespace", why)


def _both(node: Node, other: Node) -> tuple[tuple[Node, Node], tuple[Node, Node]]:
    return (node, other), (other, node)


def _internal(project: Project, name: str) -> bool:
    section = project.compose.networks.get(name)
    return section is not None and is_true(section.node.get("internal"))


def _driver(project: Project, name: str) -> str:
    section = project.compose.networks.get(name)
    return section.node.text("driver") if section is not None else ""


def _loopback(port: Port) -> bool:
    return port.host_ip == "localhost" or port.host_ip.startswith("127.") or port.host_ip in ("::1", "[::1]")


def _reach(port: Port) -> tuple[float, str]:
    """The likelihood that an attacker reaches the address of a published port, and a description of the address."""
    try:
        address = ipaddress.ip_address(port.host_ip.strip("[]").partition("%")[0])
    except ValueError:  # a variable, a name
        return REACHED, port.host_ip
    if address.is_private or address.is_link_local:
        return LOCAL, f"{port.host_ip}, an address of a local network"
    return REACHED, port.host_ip
