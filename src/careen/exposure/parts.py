"""Parts of the graph that Compose and Kubernetes have in common: hosts, volumes, ports, credentials."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from careen.formats.images.user_name import is_root
from careen.formats.services import credentials
from careen.model.finding import Location

from .crossings import BY_USER, OWN_USERS, Crossing
from .graph import DATA, Builder, Container, Node, Reason, User, Way
from .vulnerabilities import ScannedImage, break_in

Images = Mapping[str, ScannedImage]
REACHED = 0.95  # a connection that nothing blocks
LOCAL = 0.3  # published on a private address, which only that network reaches
READ = 0.6  # an attacker who writes what a program reads or runs controls the program
MAY_WRITE = 0.9
MAX_DEPTH = 40  # of a path within a volume
BY_CREDENTIAL = 0.35  # the password may not open everything


class Mounted(Struct, frozen=True):
    """A container's mount of a volume or path that others may mount too; ``inner`` is the path within it, "" for all
    of it."""

    container: str
    name: str
    inner: str
    writes: bool
    place: Location


def escape(builder: Builder, node: Node, host: str, crossing: Crossing, *places: Location, own_users: bool = False) -> None:
    """Adds a way from a container to its host; how easy it is depends on the container's user."""
    assert node.container is not None
    ease = crossing.ease * BY_USER[node.container.user] * (OWN_USERS if own_users else 1.0)
    builder.edge(node.id, host, Reason(crossing.way, f"{node.name} {crossing.text}", round(ease, 3), places, crossing.cut))


def inhabit(builder: Builder, host: Node, containers: Iterable[Node]) -> None:
    """Adds ways from the host to every container on it: an attacker on the host controls them."""
    builder.add(host)
    for node in containers:
        reason = Reason("host", f"{node.name} runs there: the host has its files, memory and secrets", 0.95, node.places)
        builder.edge(host.id, node.id, reason)


def entered(
    builder: Builder,
    source: str,
    node: Node,
    images: Images,
    reach: float,
    places: Sequence[Location] = (),
    way: Way = "network",
    why: str = "",
) -> None:
    """Adds an edge: an attacker at ``source`` reaches a port of ``node`` and may break into its program. ``reach`` is the
    likelihood of reaching the port, ``places`` show it, and ``why`` is the beginning of the edge's text.
    """
    container = node.container
    assert container is not None
    image = images.get(container.image)
    ports = f" on {', '.join(container.ports[:3])}" if container.ports else ""
    what = f"{why}{node.name} listens{ports}" if container.listens else f"{why}{node.name} may listen there"
    if container.guarded:
        what += " and requires a password"
    elif container.database:
        what += f", a {container.database}"
    if image is not None and image.vulnerabilities and image.vulnerabilities[0].weight > 0.1:
        worst = image.vulnerabilities[0]
        what += f"; its {worst.package} has {worst.id}" + (", which is exploited (KEV)" if worst.kev else "")
    ease = round(reach * break_in(container, image), 4)
    builder.edge(source, node.id, Reason("exposed" if source.startswith("port:") else way, what, ease, tuple(places)))


def share(
    builder: Builder,
    prefix: str,
    title: str,
    mounts: Sequence[Mounted],
    names: Mapping[str, Node],
    group: str,
    least: int = 2,
) -> None:
    """Adds the mounts of one volume, claim or host path: a container that writes a part of it reaches those that use
    the part.

    The data of a database is a target by itself. A volume that fewer than ``least`` containers mount is not shared and adds
    nothing; ``least`` is 1 if other projects may use the volume.
    """
    if len({mount.container for mount in mounts}) < least:
        return
    by_inner: dict[str, list[Mounted]] = {}
    for mount in mounts:
        by_inner.setdefault(mount.inner, []).append(mount)
    for inner, exact in sorted(by_inner.items()):
        inside = [mount for above in _above(inner) for mount in by_inner.get(above, ())] + exact
        if len({mount.container for mount in inside}) < least:
            continue
        name = f"{title}/{inner}" if inner else title
        places = tuple(mount.place for mount in exact[:4])
        hub = builder.add(Node(f"volume:{prefix}:{inner}", "volume", name, group, places))
        for mount in inside:
            node = names[mount.container]
            if mount.writes:
                reason = Reason("volume", f"{node.name} may write to {name}", MAY_WRITE, (mount.place,))
                builder.edge(mount.container, hub, reason)
            else:
                builder.link(mount.container, hub, "reads", mount.place)
            builder.edge(hub, mount.container, Reason("volume", f"{node.name} uses the files there", READ, (mount.place,)))
        _data(builder, name, inside, names)


def _above(inner: str) -> list[str]:
    """The folders above a path, including "" (all); none for "" itself."""
    parts = inner.split("/") if inner else []
    return ["/".join(parts[:count]) for count in range(min(len(parts), MAX_DEPTH))]


def _data(builder: Builder, name: str, mounts: Sequence[Mounted], names: Mapping[str, Node]) -> None:
    owners = [mount for mount in mounts if mount.writes and _keeps_data(names[mount.container])]
    for owner in owners[:4]:
        kept = names[owner.container]
        data = Node(f"{DATA}{kept.id}", "volume", f"data of {kept.name}", kept.group, (owner.place,))
        for mount in mounts:
            if mount.container != owner.container and not _keeps_data(names[mount.container]):
                builder.add(data)
                text = f"{names[mount.container].name} has the files of {kept.name} in {name}"
                builder.edge(mount.container, data.id, Reason("volume", text, 0.95, (mount.place, owner.place)), ends=True)


def _keeps_data(node: Node) -> bool:
    return node.container is not None and bool(node.container.database)


def written_out(name: str, value: str) -> list[str]:
    """A hash of each credential in a variable's value; it identifies the credential without revealing it."""
    found = credentials.passwords(value) or ([value.strip()] if credentials.is_credential(name, value) else [])
    return ["\0" + hashlib.sha256(credential.encode(errors="replace")).hexdigest() for credential in found]


def link_by_credential(builder: Builder, client: Node, server: Node, title: str, *places: Location) -> None:
    """Adds a way from the client to the server that it reaches: with the same credential it can log in."""
    text = f"{client.name} has the {title} of {server.name}, and reaches it"
    builder.edge(client.id, server.id, Reason("credential", text, BY_CREDENTIAL, places))


def user_of(declared: str, image: ScannedImage | None) -> User:
    """The user of a container. ``declared`` is a user name or number; for "" the image decides, if it was scanned."""
    text = declared.partition(":")[0].strip()
    if not text and image is not None and image.scanned:
        text = image.user.partition(":")[0].strip() or "0"
    if not text or "$" in text:
        return "unknown"
    return "root" if is_root(text) else "non_root"


def container_node(id: str, name: str, group: str, place: Location, container: Container) -> Node:
    return Node(id, "container", name, group, (place,), container)
