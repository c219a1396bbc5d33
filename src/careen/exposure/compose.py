"""A Compose file -> its part of the graph: services on one host, their networks, volumes, secrets, namespaces and ports.

**Source:** https://github.com/compose-spec/compose-spec/blob/main/05-services.md and 06-networks.md; that a network which is
``internal`` publishes no port: Docker, "docker network create --internal".
"""

import hashlib
import ipaddress
import posixpath
import re
from collections.abc import Iterator

from msgspec.structs import replace

from careen.formats import credentials
from careen.formats.compose import Compose, Mount, Port, Section, Service
from careen.formats.yamldoc import Mapping, as_text
from careen.model.finding import Location

from . import crossings
from .crossings import Crossing
from .graph import INTERNET, Builder, Container, Node, Reason
from .parts import (
    LOCAL,
    REACHED,
    Images,
    Mounted,
    container_node,
    entered,
    escape,
    inhabit,
    link_by_credential,
    share,
    user_of,
)

_LAN_DRIVERS = ("macvlan", "ipvlan")
_PRIVILEGE_KEYS = re.compile(r"no-new-privileges(?:=true)?$")
MAX_CREDENTIAL_PAIRS = 2_000


def add_compose(builder: Builder, compose: Compose, images: Images) -> None:
    host = Node(f"host:{compose.path}", "host", "host", compose.path)
    nodes = {service.name: _node(compose, service, images) for service in compose.services}
    for node in nodes.values():
        builder.add(node)
    _escapes(builder, compose, nodes, host)
    _ports(builder, compose, nodes, images)
    _networks(builder, compose, nodes, images)
    _volumes(builder, compose, nodes)
    _namespaces(builder, compose, nodes, images)
    _secrets(builder, compose, nodes)
    inhabit(builder, host, nodes.values())
    for one in compose.unresolved:
        builder.note(f"{one.path}:{one.line}: {one.what} lies elsewhere and was not read")


def _node(compose: Compose, service: Service, images: Images) -> Node:
    image = images.get(service.image)
    environment = {name: value for name, value, _ in service.environment()}
    kind = crossings.database(service.image)
    told = [port.target for port in service.ports()]
    told += [as_text(one).partition("/")[0] for one in service.node.seq("expose")]
    told += [one.partition("/")[0] for one in image.ports] if image else []
    listens = True if told or kind else (False if image and image.scanned else None)
    facts = [f"drops {', '.join(sorted(service.dropped))}"] if service.dropped else []
    facts += ["read-only file system"] if service.says("read_only") else []
    facts += ["no new privileges"] if any(_PRIVILEGE_KEYS.match(one) for one in service.security) else []
    container = Container(
        image=service.image,
        user=user_of(service.node.text("user"), image),
        privileged=service.says("privileged"),
        capabilities=tuple(sorted(service.added)),
        ports=tuple(dict.fromkeys(told)),
        listens=listens,
        database=kind,
        guarded=bool(kind) and crossings.guarded(service.image, environment),
        facts=tuple(facts),
    )
    return container_node(_id(compose, service.name), service.name, compose.path, _at(service), container)


def _escapes(builder: Builder, compose: Compose, nodes: dict[str, Node], host: Node) -> None:
    for service in compose.services:
        for crossing, place in _crossings(service):
            escape(builder, nodes[service.name], host.id, crossing, place)


def _crossings(service: Service) -> Iterator[tuple[Crossing, Location]]:
    if service.says("privileged"):
        yield (
            Crossing("privilege", "is privileged: every device and capability of the host is its own", 0.9),
            _at(service, "privileged"),
        )
    host_processes = service.node.text("pid") == "host"
    if found := crossings.of_capabilities(service.added, host_processes):
        yield found, _at(service, "cap_add")
    if host_processes:
        yield Crossing("namespace", "sees the processes of the host", 0.3), _at(service, "pid")
    if service.node.text("ipc") == "host":
        yield Crossing("namespace", "shares memory with the processes of the host", 0.1), _at(service, "ipc")
    if service.says("use_api_socket"):
        yield Crossing("socket", "is given the socket of the engine", 0.95), _at(service, "use_api_socket")
    for mount in service.mounts():
        path = mount.host_path or (mount.source if mount.kind == "npipe" else "")
        if path and (found := crossings.of_host_path(path, mount.read_only)):
            yield found, _at(service, "volumes", mount.index)
    for index, device in enumerate(service.node.seq("devices")):
        source = device.text("source") if isinstance(device, Mapping) else as_text(device).partition(":")[0]
        if crossings.DEVICE.match(source):
            yield Crossing("privilege", f"has the device {source}", 0.8), _at(service, "devices", index)


def _ports(builder: Builder, compose: Compose, nodes: dict[str, Node], images: Images) -> None:
    guests: dict[str, list[Node]] = {}  # who listens behind the ports of another one
    for service in compose.services:
        guests.setdefault(_joined(service.network_mode), []).append(nodes[service.name])
    for service in compose.services:
        node = nodes[service.name]
        if service.network_mode == "host":
            _publish(builder, [node], "the host's network", _at(service, "network_mode"), images, REACHED,
                     f"{service.name} is in the network of the host: every port it opens is the host's")  # fmt: skip
            continue
        networks = service.networks()
        lan = [name for name in networks if name in compose.networks and _lan(compose, name)]
        if lan:
            place = Location(*compose.networks[lan[0]].where("driver"))
            text = f"network {lan[0]} puts {service.name} beside the host in its local network"
            _publish(builder, [node], f"address in {lan[0]}", place, images, LOCAL, text)
        sealed = networks and all(_internal(compose, name) for name in networks)
        for port in service.ports():
            place = _at(service, "ports", port.index)
            shown = f"port {port.published or port.target}" + ("" if port.protocol == "tcp" else f"/{port.protocol}")
            if _loopback(port):
                continue
            if sealed:
                builder.note(
                    f"{place.path}:{place.line}: {service.name} publishes {shown}, but its networks are internal: "
                    "nobody outside reaches it"
                )
                continue
            reach, where = (REACHED, "every address") if port.everywhere else _reach(port)
            _publish(
                builder,
                [node, *guests.get(service.name, ())],
                shown,
                place,
                images,
                reach,
                f"{shown} of {service.name} is published on {where}",
            )


def _publish(
    builder: Builder, behind: list[Node], shown: str, place: Location, images: Images, reach: float, text: str
) -> None:
    node = behind[0]
    hub = builder.add(Node(f"port:{node.id}:{shown}", "port", shown, node.group, (place,)))
    builder.edge(INTERNET, hub, Reason("exposed", text, reach, (place,)))
    for one in behind:
        entered(builder, hub, one, images, 1.0, one.places)


def _networks(builder: Builder, compose: Compose, nodes: dict[str, Node], images: Images) -> None:
    members: dict[str, list[Service]] = {}
    for service in compose.services:
        for name in _networks_of(compose, service):
            members.setdefault(name, []).append(service)
    on_host = [service for service in compose.services if service.network_mode == "host"]
    for name, ones in members.items():
        section = compose.networks.get(name)
        title = _external(section)
        if title is None and len(ones) + len(on_host) < 2:
            continue
        place = Location(*section.where()) if section else _at(ones[0])
        id = f"network:{compose.path}:{name}" if title is None else f"network:{title or name}"
        hub = builder.add(Node(id, "network", name, compose.path if title is None else "", (place,)))
        for service in ones:
            there = _at(service, "networks")
            reason = Reason("network", f"{service.name} is on network {name}", REACHED, (there,))
            builder.edge(nodes[service.name].id, hub, reason)
            entered(builder, hub, nodes[service.name], images, 1.0, (there,))
        for service in on_host:  # the host has an address in each of its bridges
            there = _at(service, "network_mode")
            reason = Reason("network", f"{service.name} reaches network {name} from the host", REACHED, (there,))
            builder.edge(nodes[service.name].id, hub, reason)
            if not _internal(compose, name):
                entered(builder, hub, nodes[service.name], images, 1.0, (there,))


def _volumes(builder: Builder, compose: Compose, nodes: dict[str, Node]) -> None:
    names = {node.id: node for node in nodes.values()}
    named: dict[str, list[Mounted]] = {}
    binds: list[Mounted] = []
    for service in compose.services:
        for mount, place in _mounts(compose, service):
            one = Mounted(nodes[service.name].id, mount.source, "", not mount.read_only, mount.target, place)
            if mount.kind == "volume" and mount.source:
                named.setdefault(mount.source, []).append(one)
            elif mount.host_path and not crossings.SOCKET.search(mount.host_path):
                binds.append(one)
    for name, ones in named.items():
        if (title := _external(compose.volumes.get(name))) is not None:
            share(builder, title or name, name, ones, names, "", least=1)
        else:
            share(builder, f"{compose.path}:{name}", name, ones, names, compose.path)
    _binds(builder, compose, binds, names)


def _binds(builder: Builder, compose: Compose, binds: list[Mounted], names: dict[str, Node]) -> None:
    """Paths of the host by the topmost one that is mounted, so that one inside another is seen."""
    parts = {id(one): posixpath.normpath(one.name).split("/") for one in binds}
    by_root: dict[str, list[Mounted]] = {}
    root: list[str] | None = None
    for one in sorted(binds, key=lambda one: parts[id(one)]):
        here = parts[id(one)]
        if "/".join(here) in crossings.HOST_PATHS or not one.name.strip("/"):
            continue  # a way to the host itself
        if root is None or here[: len(root)] != root:
            root = here
        by_root.setdefault("/".join(root), []).append(replace(one, inner="/".join(here[len(root) :])))
    for path, ones in by_root.items():
        if any(one.writes for one in ones):
            share(builder, f"{compose.path}:{path}", path, ones, names, compose.path)


def _mounts(compose: Compose, service: Service) -> Iterator[tuple[Mount, Location]]:
    """Its own, and those of services whose volumes it takes, each of these once."""
    for mount in service.mounts():
        yield mount, _at(service, "volumes", mount.index) if mount.index >= 0 else _at(service)
    services = {one.name: one for one in compose.services} if service.node.seq("volumes_from") else {}
    todo = [(text, False) for text in service.node.texts("volumes_from")]
    seen = {service.name}
    while todo:
        text, read_only = todo.pop()
        name, _, mode = text.removeprefix("container:").partition(":")
        read_only = read_only or mode == "ro"
        if name in seen or name not in services:
            continue
        seen.add(name)
        for mount in services[name].mounts():
            yield (replace(mount, read_only=True) if read_only else mount), _at(service, "volumes_from")
        todo += [(text, read_only) for text in services[name].node.texts("volumes_from")]


def _namespaces(builder: Builder, compose: Compose, nodes: dict[str, Node], images: Images) -> None:
    for service in compose.services:
        one = nodes[service.name]
        for key, what, ease in (("pid", "processes", 0.7), ("ipc", "memory", 0.2)):
            other = nodes.get(_joined(service.node.text(key)))
            if other is not None and other is not one:
                for left, right in ((one, other), (other, one)):
                    text = f"{left.name} shares the {what} of {right.name}"
                    builder.edge(left.id, right.id, Reason("namespace", text, ease, (_at(service, key),)))
        other = nodes.get(_joined(service.network_mode))
        if other is not None and other is not one:
            for left, right in ((one, other), (other, one)):
                why = f"{left.name} shares the network of {right.name}, its loopback too; "
                entered(builder, left.id, right, images, REACHED, (_at(service, "network_mode"),), "namespace", why)


def _secrets(builder: Builder, compose: Compose, nodes: dict[str, Node]) -> None:
    """Who holds the same credential as a database that it reaches gets in with it."""
    holders: dict[str, list[tuple[Service, Location]]] = {}
    for service in compose.services:
        for index, one in enumerate(service.node.seq("secrets")):
            name = one.text("source") if isinstance(one, Mapping) else as_text(one)
            if name:
                holders.setdefault(f"secret {name}", []).append((service, _at(service, "secrets", index)))
        for name, value, key in service.environment():
            if value is not None and credentials.is_credential(name, value):
                digest = hashlib.sha256(value.encode(errors="replace")).hexdigest()
                holders.setdefault(f"\0{digest}", []).append((service, _at(service, "environment", key)))
    pairs: list[tuple[str, Service, Location, Service, Location]] = []
    for key, ones in holders.items():
        title, id = _secret(compose, key, ones)
        section = compose.secrets.get(key.removeprefix("secret "))
        place = Location(*section.where()) if section else ones[0][1]
        builder.add(Node(id, "secret", title, compose.path, (place,)))
        for service, there in ones:
            builder.link(nodes[service.name].id, id, "holds", there)
        for server, its in ones:
            if _is_store(nodes[server.name]) and len(pairs) <= MAX_CREDENTIAL_PAIRS:
                pairs += [(title, client, there, server, its) for client, there in ones if client is not server]
    networks = {service.name: frozenset(_networks_of(compose, service)) for service in compose.services}
    for title, client, there, server, its in pairs[:MAX_CREDENTIAL_PAIRS]:
        if networks[client.name] & networks[server.name]:
            link_by_credential(builder, nodes[client.name], nodes[server.name], title, there, its)
    if len(pairs) > MAX_CREDENTIAL_PAIRS:
        builder.note(f"{compose.path}: over {MAX_CREDENTIAL_PAIRS} pairs share a credential; the rest was left out")


def _secret(compose: Compose, key: str, holders: list[tuple[Service, Location]]) -> tuple[str, str]:
    """Title and id; of a value that is written out neither the value nor its hash is told."""
    if not key.startswith("\0"):
        return key, f"secret:{compose.path}:{key}"
    title = f"credential of {' and '.join(sorted({service.name for service, _ in holders})[:2])}"
    return title, f"secret:{compose.path}:{min(f'{place.path}:{place.line}' for _, place in holders)}"


def _is_store(node: Node) -> bool:
    return node.container is not None and bool(node.container.database)


def _networks_of(compose: Compose, service: Service, depth: int = 4) -> tuple[str, ...]:
    """Its networks; those of the service whose network it shares."""
    joined = _joined(service.network_mode)
    if joined and depth:
        other = next((one for one in compose.services if one.name == joined), None)
        return _networks_of(compose, other, depth - 1) if other is not None and other is not service else ()
    return service.networks()


def _joined(value: str) -> str:
    """The service whose namespace is taken."""
    kind, _, name = value.partition(":")
    return name if kind in ("service", "container") else ""


def _external(section: Section | None) -> str | None:
    """What a network or volume is called that is made elsewhere, and so is that of other projects too; None where it is not."""
    if section is None or section.node.get("external") in (None, False, "false"):
        return None
    return section.node.text("name") or section.node.text("external", "name")


def _internal(compose: Compose, name: str) -> bool:
    return name in compose.networks and compose.networks[name].node.get("internal") in (True, "true")


def _lan(compose: Compose, name: str) -> bool:
    return compose.networks[name].node.text("driver") in _LAN_DRIVERS


def _loopback(port: Port) -> bool:
    return port.host_ip == "localhost" or port.host_ip.startswith("127.") or port.host_ip in ("::1", "[::1]")


def _reach(port: Port) -> tuple[float, str]:
    """Who comes to one address of the host."""
    try:
        address = ipaddress.ip_address(port.host_ip.strip("[]").partition("%")[0])
    except ValueError:  # a variable, a name
        return REACHED, port.host_ip
    if address.is_private or address.is_link_local:
        return LOCAL, f"{port.host_ip}, an address of a local network"
    return REACHED, port.host_ip


def _id(compose: Compose, name: str) -> str:
    return f"container:{compose.path}:{name}"


def _at(service: Service, *keys: str | int) -> Location:
    path, line = service.where(*keys)
    return Location(path, line or None)
