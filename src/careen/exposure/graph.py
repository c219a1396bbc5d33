"""The graph: nodes (containers, hosts, volumes …), and edges by which an attacker moves, each with file and line.

A shared network, volume or namespace is a node between its members: a thousand containers on one network need two thousand
edges instead of a million.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from careen.model.finding import Location

NodeKind = Literal[
    "internet", "port", "container", "host", "cluster", "volume", "network", "secret", "account", "namespace"
]  # fmt: skip
Way = Literal[
    "exposed", "network", "credential", "volume", "socket", "privilege", "host_path", "namespace", "role", "host"
]  # fmt: skip
User = Literal["root", "non_root", "unknown"]
INTERNET = "internet"
DATA = "data:"  # prefix of the id of a database's data, before the id of its container
TAKEN_WHOLE: frozenset[NodeKind] = frozenset(("host", "cluster"))  # an attacker who controls one controls everything on it
MAX_PLACES = 8  # of one link
MAX_EDGES = 200_000


class Container(Struct, frozen=True):
    """Properties of a container that decide how easily an attacker gets in, and what follows."""

    image: str
    user: User
    privileged: bool = False
    capabilities: tuple[str, ...] = ()  # that were added
    ports: tuple[str, ...] = ()  # that it listens on, as far as is known
    listens: bool | None = None  # None: unknown
    database: str = ""  # the kind of store, if its image is a database, cache, queue …
    guarded: bool = False  # a database that requires a password
    facts: tuple[str, ...] = ()  # other properties to show


class Node(Struct, frozen=True):
    id: str
    kind: NodeKind
    name: str
    group: str = ""  # namespace, or the Compose file
    places: tuple[Location, ...] = ()
    container: Container | None = None


class Reason(Struct, frozen=True):
    """Why a node leads to another. ``ease`` is the likelihood that an attacker who controls the first gets to the
    second, 0 to 1.

    ``cut``: the change that removes it; "" if the kind of way decides which (``cuts``).
    """

    way: Way
    text: str
    ease: float
    places: tuple[Location, ...] = ()
    cut: str = ""


class Edge(Struct, frozen=True):
    source: str
    target: str
    reasons: tuple[Reason, ...]  # the easiest first
    ends: bool = False  # the target (data to read) leads no further

    @property
    def ease(self) -> float:
        return self.reasons[0].ease


class Link(Struct, frozen=True):
    """A relation that no attacker moves along: a container and the secret that it has."""

    source: str
    target: str
    text: str
    places: tuple[Location, ...] = ()


class Graph(Struct, frozen=True):
    nodes: dict[str, Node]
    edges: tuple[Edge, ...]
    links: tuple[Link, ...] = ()
    notes: tuple[str, ...] = ()  # services that seem exposed but are not, and references that were not followed
    leaving: dict[str, tuple[Edge, ...]] = {}

    def containers(self) -> Iterator[Node]:
        return (node for node in self.nodes.values() if node.container is not None)

    def without(self, source: str, target: str) -> "Graph":
        edges = tuple(edge for edge in self.edges if (edge.source, edge.target) != (source, target))
        left = tuple(edge for edge in self.leaving.get(source, ()) if edge.target != target)
        return replace(self, edges=edges, leaving={**self.leaving, source: left})

    def labels(self) -> dict[str, str]:
        """The displayed name of each node, with its namespace or file before it if the graph has several of these."""
        short = _tails({node.group for node in self.nodes.values() if node.kind in ("container", "host") and node.group})
        return {
            id: f"{short[node.group]}/{node.name}"
            if len(short) > 1 and node.group in short and node.kind in ("container", "host")
            else node.name
            for id, node in self.nodes.items()
        }


def _tails(paths: set[str]) -> dict[str, str]:
    """The last parts of each path, as many as make it unique, by the path."""
    found: dict[str, str] = {}
    for path in sorted(paths):
        parts = path.split("/")
        ends = ["/".join(parts[at:]) for at in range(len(parts) - 1, -1, -1)]
        others = paths - {path}
        found[path] = next((end for end in ends if not any(f"/{other}".endswith(f"/{end}") for other in others)), path)
    return found


class Builder:
    """Collects nodes and edges; reasons of the same edge are joined. Raises ValueError for too many edges. ``origin``: where
    a place in a rendered file is written."""

    def __init__(self, origin: Callable[[Location], Location] = lambda place: place) -> None:
        self.origin = origin
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
            raise ValueError(f"over {MAX_EDGES} connections in the graph")
        if ends:
            self._ends.add((source, target))

    def link(self, source: str, target: str, text: str, *places: Location) -> None:
        self.links.setdefault((source, target), Link(source, target, text, places[:MAX_PLACES]))

    def note(self, text: str) -> None:
        self.notes[text] = None

    def graph(self) -> Graph:
        edges = tuple(
            Edge(source, target, self._ordered(reasons), (source, target) in self._ends)
            for (source, target), reasons in self._reasons.items()
        )
        leaving: dict[str, list[Edge]] = {}
        for edge in edges:
            leaving.setdefault(edge.source, []).append(edge)
        return Graph(
            nodes={id: replace(node, places=self._places(node.places)) for id, node in self.nodes.items()},
            edges=edges,
            links=tuple(replace(link, places=self._places(link.places)) for link in self.links.values()),
            notes=tuple(self.notes),
            leaving={source: tuple(edges) for source, edges in leaving.items()},
        )

    def _ordered(self, reasons: Iterable[Reason]) -> tuple[Reason, ...]:
        easiest_first = sorted(reasons, key=lambda reason: -reason.ease)
        return tuple(replace(reason, places=self._places(reason.places)) for reason in easiest_first)

    def _places(self, places: Iterable[Location]) -> tuple[Location, ...]:
        return tuple(map(self.origin, places))
