"""The graph: what there is (nodes), and how an intruder gets from one to another (edges), each with file and line.

What several share (a network, a volume, a namespace) is a node of its own between them, so that a thousand containers on
one network are two thousand edges and not a million.
"""

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from careen.model.finding import Location

NodeKind = Literal[
    "internet", "port", "container", "host", "cluster", "volume", "network", "secret", "account", "namespace"
]  # fmt: skip
Way = Literal[
    "exposed", "network", "credential", "volume", "socket", "privilege", "host_path", "namespace", "role", "host"
]  # fmt: skip
User = Literal["root", "non_root", "unknown"]
INTERNET = "internet"
DATA = "data:"  # before the id of a container: what a database keeps
TAKEN_WHOLE: frozenset[NodeKind] = frozenset(("host", "cluster"))  # whoever has one of these has all that is on it
MAX_PLACES = 8  # of one link
MAX_EDGES = 200_000


class Container(Struct, frozen=True):
    """What of a container decides how easily it is entered and what it is good for."""

    image: str
    user: User
    privileged: bool = False
    capabilities: tuple[str, ...] = ()  # that were added
    ports: tuple[str, ...] = ()  # that it is known to listen on
    listens: bool | None = None  # None: nobody says
    database: str = ""  # what it is, where its image is a database's or queue's
    guarded: bool = False  # a database that asks for a password
    facts: tuple[str, ...] = ()  # what else is worth telling


class Node(Struct, frozen=True):
    id: str
    kind: NodeKind
    name: str
    group: str = ""  # namespace, or the Compose file
    places: tuple[Location, ...] = ()
    container: Container | None = None


class Reason(Struct, frozen=True):
    """Why one leads to another. ``ease`` is how likely an intruder who has the one gets the other, 0 to 1."""

    way: Way
    text: str
    ease: float
    places: tuple[Location, ...] = ()


class Edge(Struct, frozen=True):
    source: str
    target: str
    reasons: tuple[Reason, ...]  # the easiest first
    ends: bool = False  # what is got there (data to read) leads no further

    @property
    def ease(self) -> float:
        return self.reasons[0].ease


class Link(Struct, frozen=True):
    """What belongs together without leading anywhere: a container and a secret that it is given."""

    source: str
    target: str
    text: str
    places: tuple[Location, ...] = ()


class Graph(Struct, frozen=True):
    nodes: dict[str, Node]
    edges: tuple[Edge, ...]
    links: tuple[Link, ...] = ()
    notes: tuple[str, ...] = ()  # what looks exposed and is not, and what was not followed
    leaving: dict[str, tuple[Edge, ...]] = {}

    def containers(self) -> Iterator[Node]:
        return (node for node in self.nodes.values() if node.container is not None)

    def labels(self) -> dict[str, str]:
        """What people call each node: its name, with the namespace or file before it where there are several of those."""
        short = _tails({node.group for node in self.nodes.values() if node.kind in ("container", "host") and node.group})
        return {
            id: f"{short[node.group]}/{node.name}"
            if len(short) > 1 and node.group in short and node.kind in ("container", "host")
            else node.name
            for id, node in self.nodes.items()
        }


def _tails(paths: set[str]) -> dict[str, str]:
    """Each path by its last parts, as many as tell it from the others."""
    found: dict[str, str] = {}
    for path in sorted(paths):
        parts = path.split("/")
        ends = ["/".join(parts[at:]) for at in range(len(parts) - 1, -1, -1)]
        others = paths - {path}
        found[path] = next((end for end in ends if not any(f"/{one}".endswith(f"/{end}") for one in others)), path)
    return found


class Builder:
    """Collects; the same edge for several reasons is one. Raises ValueError where there would be too many."""

    def __init__(self) -> None:
        self.nodes: dict[str, Node] = {}
        self.links: dict[tuple[str, str], Link] = {}
        self.notes: dict[str, None] = {}
        self._reasons: dict[tuple[str, str], dict[Reason, None]] = {}
        self._ends: set[tuple[str, str]] = set()
        self.add(Node(INTERNET, "internet", "Internet"))

    def add(self, node: Node) -> str:
        self.nodes.setdefault(node.id, node)
        return node.id

    def edge(self, source: str, target: str, reason: Reason, ends: bool = False) -> None:
        if source == target or reason.ease <= 0:
            return
        self._reasons.setdefault((source, target), {})[reason] = None
        if len(self._reasons) > MAX_EDGES:
            raise ValueError(f"over {MAX_EDGES} connections")
        if ends:
            self._ends.add((source, target))

    def link(self, source: str, target: str, text: str, *places: Location) -> None:
        self.links.setdefault((source, target), Link(source, target, text, places[:MAX_PLACES]))

    def note(self, text: str) -> None:
        self.notes[text] = None

    def graph(self) -> Graph:
        edges = tuple(
            Edge(source, target, tuple(sorted(reasons, key=lambda one: -one.ease)), (source, target) in self._ends)
            for (source, target), reasons in self._reasons.items()
        )
        leaving: dict[str, list[Edge]] = {}
        for edge in edges:
            leaving.setdefault(edge.source, []).append(edge)
        return Graph(
            nodes=self.nodes,
            edges=edges,
            links=tuple(self.links.values()),
            notes=tuple(self.notes),
            leaving={source: tuple(ones) for source, ones in leaving.items()},
        )
