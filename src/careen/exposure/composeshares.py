"""The parts of the graph for what services of a Compose file share: volumes, host paths, secrets."""

import posixpath
import re
from collections.abc import Iterator

from msgspec.structs import replace

from careen.formats.data.yaml_document import Mapping, as_text
from careen.formats.services import credentials
from careen.formats.services.compose import Mount, Service
from careen.model.finding import Location

from . import crossings
from .graph import Node
from .parts import Mounted, link_by_credential, share, written_out
from .project import Project, at, external

MAX_CREDENTIAL_PAIRS = 2_000
_VARIABLE = re.compile(r"\$\{?([A-Za-z_]\w{0,100})")


def add_volumes(project: Project) -> None:
    nodes = {node.id: node for node in project.nodes.values()}
    named: dict[str, list[Mounted]] = {}
    binds: list[Mounted] = []
    for service in project.compose.services:
        for mount, place in _mounts(project, service):
            mounted = Mounted(project.node(service).id, mount.source, "", not mount.read_only, place)
            if mount.kind == "volume" and mount.source:
                named.setdefault(mount.source, []).append(mounted)
            elif mount.host_path and not crossings.SOCKET.search(mount.host_path):
                binds.append(mounted)
    for name, ones in named.items():
        if (title := external(project.compose.volumes.get(name))) is not None:
            share(project.builder, title or name, name, ones, nodes, "", least=1)
        else:
            share(project.builder, f"{project.path}:{name}", name, ones, nodes, project.path)
    _binds(project, binds, nodes)


def _binds(project: Project, binds: list[Mounted], nodes: dict[str, Node]) -> None:
    """Adds the shared host paths, each under the topmost mounted path that contains it."""
    parts = {id(mounted): posixpath.normpath(mounted.name).split("/") for mounted in binds}
    by_root: dict[str, list[Mounted]] = {}
    root: list[str] | None = None
    for mounted in sorted(binds, key=lambda mounted: parts[id(mounted)]):
        here = parts[id(mounted)]
        if "/".join(here) in crossings.HOST_PATHS or not mounted.name.strip("/"):
            continue  # a way to the host, not a shared volume
        if root is None or here[: len(root)] != root:
            root = here
        by_root.setdefault("/".join(root), []).append(replace(mounted, inner="/".join(here[len(root) :])))
    for path, ones in by_root.items():
        if any(mounted.writes for mounted in ones):
            share(project.builder, f"{project.path}:{path}", path, ones, nodes, project.path)


def _mounts(project: Project, service: Service) -> Iterator[tuple[Mount, Location]]:
    """Yields the mounts of a service, and those of the services in its ``volumes_from``, each service once."""
    for mount in service.mounts():
        yield mount, at(service, "volumes", mount.index) if mount.index >= 0 else at(service)
    todo = [(text, False) for text in service.node.texts("volumes_from")]
    seen = {service.name}
    while todo:
        text, read_only = todo.pop()
        name, _, mode = text.removeprefix("container:").partition(":")
        read_only = read_only or mode == "ro"
        other = project.names.get(name)
        if other is None or other.name in seen:
            continue
        seen.add(other.name)
        for mount in other.mounts():
            yield (replace(mount, read_only=True) if read_only else mount), at(service, "volumes_from")
        todo += [(text, read_only) for text in other.node.texts("volumes_from")]


def add_secrets(project: Project) -> None:
    """Adds a way from each service to a database that it reaches and with which it shares a credential: it can log
    in."""
    holders: dict[str, dict[str, tuple[Service, Location]]] = {}
    for service in project.compose.services:
        for key, place in _held(service):
            holders.setdefault(key, {}).setdefault(service.name, (service, place))
    pairs: list[tuple[str, Service, Location, Service, Location]] = []
    for key, by_name in holders.items():
        ones = list(by_name.values())
        title, id = _secret(project, key, ones)
        section = project.compose.secrets.get(key.removeprefix("secret "))
        place = Location(*section.where()) if section else ones[0][1]
        project.builder.add(Node(id, "secret", title, project.path, (place,)))
        for service, there in ones:
            project.builder.link(project.node(service).id, id, "holds", there)
        for server, its in ones:
            if _is_store(project.node(server)) and len(pairs) <= MAX_CREDENTIAL_PAIRS:
                pairs += [(title, client, there, server, its) for client, there in ones if client is not server]
    networks = {service.name: frozenset(project.networks_of(service)) for service in project.compose.services}
    for title, client, there, server, its in pairs[:MAX_CREDENTIAL_PAIRS]:
        if networks[client.name] & networks[server.name]:
            link_by_credential(project.builder, project.node(client), project.node(server), title, there, its)
    if len(pairs) > MAX_CREDENTIAL_PAIRS:
        left_out = f"over {MAX_CREDENTIAL_PAIRS} pairs of services share a credential: the others are missing"
        project.builder.note(f"{project.path}: {left_out}")


def _held(service: Service) -> Iterator[tuple[str, Location]]:
    """The credentials of a service, each by a name or by a hash that does not reveal its value."""
    for index, mounted in enumerate(service.node.seq("secrets")):
        name = mounted.text("source") if isinstance(mounted, Mapping) else as_text(mounted)
        if name:
            yield f"secret {name}", at(service, "secrets", index)
    for name, value, key in service.environment():
        place = at(service, "environment", key)
        if value is None:
            found = [name]  # taken from the environment of the user who starts it
        else:
            found = _VARIABLE.findall(value, 0, credentials.MAX_TEXT)
            yield from ((mounted, place) for mounted in written_out(name, value))
        for variable in found:
            if credentials.names_credential(variable):
                yield f"variable {variable}", place


def _secret(project: Project, key: str, holders: list[tuple[Service, Location]]) -> tuple[str, str]:
    """The title and id of a shared credential, which reveal neither its value nor its hash."""
    if not key.startswith("\0"):
        return key, f"secret:{project.path}:{key}"
    names = sorted(service.name for service, _ in holders)
    first = min(f"{place.path}:{place.line}" for _, place in holders)
    return f"credential of {' and '.join(names[:2])}", f"secret:{project.path}:{first}:{names[0]}"


def _is_store(node: Node) -> bool:
    return node.container is not None and bool(node.container.database)
