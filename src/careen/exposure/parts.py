"""What both builders put into the graph alike: the host and what leads to it, shared paths, ports, programs reached."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from careen.formats.services import credentials
from careen.model.finding import Location

from .crossings import BY_USER, OWN_USERS, Crossing
from .flaws import ImageFlaws, break_in
from .graph import DATA, Builder, Container, Node, Reason, User, Way

Images = Mapping[str, ImageFlaws]
REACHED = 0.95  # a connection that nothing forbids
LOCAL = 0.3  # published on a private address: reached by who is in that network already
READ = 0.6  # who writes into what a program reads or runs gets the program
MAY_WRITE = 0.9
MAX_DEPTH = 40  # of a path within a volume
BY_CREDENTIAL = 0.35  # into what the password opens, which need not be all


class Mounted(Struct, frozen=True):
    """A container's mount of something that others may mount too; ``inner`` is the part of it, "" for all."""

    container: str
    name: str
    inner: str
    writes: bool
    place: Location


def escape(builder: Builder, node: Node, host: str, crossing: Crossing, *places: Location, own_users: bool = False) -> None:
    """A way from a container to its host, weighed by its user."""
    assert node.container is not None
    ease = crossing.ease * BY_USER[node.container.user] * (OWN_USERS if own_users else 1.0)
    builder.edge(node.id, host, Reason(crossing.way, f"{node.name} {crossing.text}", round(ease, 3), places))


def inhabit(builder: Builder, host: Node, containers: Iterable[Node]) -> None:
    """Who has the host has every container on it; told once the graph has a way to the host."""
    builder.add(host)
    for node in containers:
        reason = Reason("host", f"{node.name} runs there: its files, memory and secrets are the host's", 0.95, node.places)
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
    """A port of ``node`` that is reached by way of ``source``: whoever breaks the program is inside."""
    container = node.container
    assert container is not None
    flaws = images.get(container.image)
    ports = f" on {', '.join(container.ports[:3])}" if container.ports else ""
    what = f"{why}{node.name} listens{ports}" if container.listens else f"{why}{node.name} may listen there"
    if container.guarded:
        what += " and asks for a password"
    elif container.database:
        what += f", a {container.database}"
    if flaws is not None and flaws.flaws and flaws.flaws[0].weight > 0.1:
        worst = flaws.flaws[0]
        what += f"; its {worst.package} has {worst.id}" + (", exploited already" if worst.kev else "")
    ease = round(reach * break_in(container, flaws), 4)
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
    """Mounts of one volume, claim or path of the host: who writes a part of it reaches who uses that part.

    Data of a database is worth having by itself, to whoever else mounts it. ``least`` containers make it shared: 1 where
    others may come to it.
    """
    if len({one.container for one in mounts}) < least:
        return
    by_inner: dict[str, list[Mounted]] = {}
    for one in mounts:
        by_inner.setdefault(one.inner, []).append(one)
    for inner, exact in sorted(by_inner.items()):
        inside = [one for above in _above(inner) for one in by_inner.get(above, ())] + exact
        if len({one.container for one in inside}) < least:
            continue
        name = f"{title}/{inner}" if inner else title
        places = tuple(one.place for one in exact[:4])
        hub = builder.add(Node(f"volume:{prefix}:{inner}", "volume", name, group, places))
        for one in inside:
            node = names[one.container]
            if one.writes:
                reason = Reason("volume", f"{node.name} may write to {name}", MAY_WRITE, (one.place,))
                builder.edge(one.container, hub, reason)
            else:
                builder.link(one.container, hub, "reads", one.place)
            builder.edge(hub, one.container, Reason("volume", f"{node.name} uses what lies there", READ, (one.place,)))
        _data(builder, name, inside, names)


def _above(inner: str) -> list[str]:
    """The folders that a path lies in, "" (all) among them; none for "" itself."""
    parts = inner.split("/") if inner else []
    return ["/".join(parts[:count]) for count in range(min(len(parts), MAX_DEPTH))]


def _data(builder: Builder, name: str, mounts: Sequence[Mounted], names: Mapping[str, Node]) -> None:
    owners = [one for one in mounts if one.writes and _keeps_data(names[one.container])]
    for owner in owners[:4]:
        kept = names[owner.container]
        data = Node(f"{DATA}{kept.id}", "volume", f"data of {kept.name}", kept.group, (owner.place,))
        for one in mounts:
            if one.container != owner.container and not _keeps_data(names[one.container]):
                builder.add(data)
                text = f"{names[one.container].name} has the files of {kept.name} in {name}"
                builder.edge(one.container, data.id, Reason("volume", text, 0.95, (one.place, owner.place)), ends=True)


def _keeps_data(node: Node) -> bool:
    return node.container is not None and bool(node.container.database)


def written_out(name: str, value: str) -> list[str]:
    """For each credential in the value of a variable what tells it from others, and not what it is."""
    found = credentials.passwords(value) or ([value.strip()] if credentials.is_credential(name, value) else [])
    return ["\0" + hashlib.sha256(one.encode(errors="replace")).hexdigest() for one in found]


def link_by_credential(builder: Builder, client: Node, server: Node, title: str, *places: Location) -> None:
    """Two that reach each other and hold the same credential: the client is let in by the server."""
    text = f"{client.name} holds the {title} that {server.name} is given, and reaches it"
    builder.edge(client.id, server.id, Reason("credential", text, BY_CREDENTIAL, places))


def user_of(declared: str, image: ImageFlaws | None) -> User:
    """``declared`` is a user name or number, "" where the file says none: then the image decides, where it was scanned."""
    text = declared.partition(":")[0].strip()
    if not text and image is not None and image.scanned:
        text = image.user.partition(":")[0].strip() or "0"
    if not text or "$" in text:
        return "unknown"
    return "root" if text in ("0", "root") else "non_root"


def container_node(id: str, name: str, group: str, place: Location, container: Container) -> Node:
    return Node(id, "container", name, group, (place,), container)
