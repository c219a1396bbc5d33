"""Chains of steps from the Internet, or from one container that is taken to be broken into, ranked.

The search goes along the easiest edges first and enters each node a few times at most, so that it ends on any graph. A
chain is as likely as all its steps together, and counts for what is at its end: ``score`` is 100 times the worth of that
by the square root of the likelihood, as an estimate of likelihood is off by a power of ten sooner than by a tenth.
"""

import hashlib
import heapq
import math
from collections.abc import Iterator

from msgspec import Struct

from careen.model.advisory import Severity

from .graph import DATA, INTERNET, TAKEN_WHOLE, Edge, Graph, Node, Way

WORTH = {"host": 1.0, "cluster": 1.0, "secret": 0.7, "volume": 0.5}
WORTH_OF_DATABASE = 0.5
WORTH_OF_USER = {"root": 0.3, "unknown": 0.25, "non_root": 0.2}
SEVERITIES: tuple[tuple[float, Severity], ...] = ((25.0, "critical"), (18.0, "high"), (12.0, "medium"), (0.0, "low"))
FOUND_BROKEN = 0.05  # that a container which nobody reaches from outside is broken into all the same
VISITS = 3  # chains to one node that differ
MAX_EDGES = 16  # of one chain
MAX_FOLLOWED = 1_000_000  # edges in the search from outside, and as many in those from all containers
MAX_PATHS = 500
_HUBS = frozenset(("port", "network", "account", "namespace", "internet"))


class Step(Struct, frozen=True):
    """From one to the next that an intruder can hold, with what lies between them."""

    source: str
    target: str
    edges: tuple[Edge, ...]

    @property
    def way(self) -> Way:
        return self.edges[0].reasons[0].way if len(self.edges) == 1 else _telling(self.edges)

    @property
    def ease(self) -> float:
        return math.prod(edge.ease for edge in self.edges)


class Path(Struct, frozen=True):
    start: str
    target: str
    steps: tuple[Step, ...]
    likelihood: float
    worth: float
    score: float
    severity: Severity
    id: str  # the same for the same chain, whatever its lines are

    @property
    def nodes(self) -> tuple[str, ...]:
        return (self.start, *(edge.target for step in self.steps for edge in step.edges))


class Budget(Struct):
    """How many edges may still be followed; below 0 where the search ended before its end."""

    left: int


def ranked(graph: Graph) -> tuple[list[Path], bool]:
    """From the Internet; then what leads out of single containers and is no part of those. With whether that is all."""
    budgets = Budget(MAX_FOLLOWED), Budget(MAX_FOLLOWED)
    outside = _without_detours(_chains(graph, INTERNET, 1.0, budgets[0], VISITS, crossing=False))
    told = {pair for path in outside for pair in _pairs(path)}
    inside = [
        path
        for node in graph.containers()
        for path in _without_detours(_chains(graph, node.id, FOUND_BROKEN, budgets[1], 1, crossing=True))
        if not _pairs(path) <= told
    ]
    found = sorted([*outside, *inside], key=_order)
    return found[:MAX_PATHS], len(found) <= MAX_PATHS and all(budget.left >= 0 for budget in budgets)


def reached(graph: Graph) -> dict[str, float]:
    """Every node that the Internet leads to, with the likelihood of the best chain; whole hosts and clusters included."""
    best: dict[str, float] = {}
    heap = [(-1.0, INTERNET)]
    while heap:
        negative, here = heapq.heappop(heap)
        if here in best:
            continue
        best[here] = -negative
        for edge in graph.leaving.get(here, ()):
            if edge.target not in best and not edge.ends:
                heapq.heappush(heap, (negative * edge.ease, edge.target))
    return best


def worth_of(node: Node) -> float:
    if node.container is None:
        return WORTH.get(node.kind, 0.0)
    own = WORTH_OF_USER[node.container.user]
    return max(own, WORTH_OF_DATABASE) if node.container.database else own


def severity_of(score: float) -> Severity:
    return next(severity for least, severity in SEVERITIES if score >= least)


def _chains(graph: Graph, start: str, likelihood: float, budget: Budget, visits: int, crossing: bool) -> Iterator[Path]:
    """Best first. With ``crossing`` only along what should keep containers apart and does not, not by plain networks."""
    entered: dict[str, int] = {}
    heap: list[tuple[float, int, int, tuple[str, ...], tuple[Edge, ...]]] = [(-likelihood, 0, 0, (start,), ())]
    pushed = 0
    while heap and budget.left >= 0:
        negative, _, _, nodes, edges = heapq.heappop(heap)
        here = nodes[-1]
        entered[here] = entered.get(here, 0) + 1
        if entered[here] > visits:
            continue
        node = graph.nodes[here]
        if edges and _worth_having(node):
            yield _path(graph, start, edges, -negative)
        if node.kind in TAKEN_WHOLE or (edges and edges[-1].ends) or len(edges) >= MAX_EDGES:
            continue
        leaving = graph.leaving.get(here, ())
        budget.left -= len(leaving)
        for edge in leaving:
            if edge.target in nodes or entered.get(edge.target, 0) >= visits:
                continue
            if crossing and edge.reasons[0].way == "network":
                continue
            if edge.ends and edge.target.removeprefix(DATA) in nodes:  # the data of one that is taken already
                continue
            pushed += 1
            item = (negative * edge.ease, len(edges) + 1, pushed, (*nodes, edge.target), (*edges, edge))
            heapq.heappush(heap, item)


def _worth_having(node: Node) -> bool:
    return node.kind not in _HUBS and not (node.kind == "volume" and not node.id.startswith(DATA))


def _path(graph: Graph, start: str, edges: tuple[Edge, ...], likelihood: float) -> Path:
    steps: list[Step] = []
    pending: list[Edge] = []
    source = start
    for edge in edges:
        pending.append(edge)
        if _worth_having(graph.nodes[edge.target]):
            steps.append(Step(source, edge.target, tuple(pending)))
            source, pending = edge.target, []
    worth = worth_of(graph.nodes[source])
    score = round(100 * worth * math.sqrt(likelihood), 1)
    lasting = "\0".join((start, *(edge.target for edge in edges)))
    return Path(
        start=start,
        target=source,
        steps=tuple(steps),
        likelihood=round(likelihood, 4),
        worth=worth,
        score=score,
        severity=severity_of(score),
        id=hashlib.sha256(lasting.encode(errors="replace")).hexdigest()[:16],
    )


def _without_detours(paths: Iterator[Path]) -> list[Path]:
    """They come the likeliest first: a later one that goes all the places of an earlier one, and more, says nothing new."""
    kept: dict[str, list[tuple[Path, frozenset[str]]]] = {}
    for path in paths:
        held = frozenset((path.start, *(step.target for step in path.steps)))
        if not any(held >= other for _, other in kept.get(path.target, ())):
            kept.setdefault(path.target, []).append((path, held))
    return [path for ones in kept.values() for path, _ in ones]


def _pairs(path: Path) -> set[tuple[str, str]]:
    return {(step.source, step.target) for step in path.steps}


def _order(path: Path) -> tuple[float, bool, int, str]:
    return (-path.score, path.start != INTERNET, len(path.steps), path.id)


def _telling(edges: tuple[Edge, ...]) -> Way:
    """Of a step over something shared: what it is shared as, not that it is a port or a token."""
    ways = [edge.reasons[0].way for edge in edges]
    return "exposed" if "exposed" in ways else ways[-1] if ways[-1] != "network" else ways[0]
