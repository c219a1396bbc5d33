"""Ranked attack paths from the Internet, or from a container that is assumed to be compromised.

The search follows the easiest edges first and visits each node a few times at most, so it ends on any graph. The likelihood
of a path is the product of its steps. ``score`` is 100 times the worth of its target by the square root of the likelihood:
the root, because an estimate of likelihood is easily off by a factor of ten.
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
COMPROMISED = 0.05  # likelihood that an attacker gets into a container that is not reachable from outside
VISITS = 3  # different paths to one node
MAX_EDGES = 16  # of one path
MAX_FOLLOWED = 1_000_000  # edges of the search from outside, and as many of the searches from containers
MAX_PATHS = 500
_HUBS = frozenset(("port", "network", "account", "namespace", "internet"))


class Step(Struct, frozen=True):
    """The move from one node that an attacker can control to the next, along these edges."""

    source: str
    target: str
    edges: tuple[Edge, ...]

    @property
    def way(self) -> Way:
        return self.edges[0].reasons[0].way if len(self.edges) == 1 else _way(self.edges)

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
    id: str  # the same for the same path, even if lines move

    @property
    def nodes(self) -> tuple[str, ...]:
        return (self.start, *(edge.target for step in self.steps for edge in step.edges))


class Budget(Struct):
    """The number of edges that a search may still follow; below 0 if it stopped early."""

    left: int


def ranked(graph: Graph, most: int = MAX_FOLLOWED) -> tuple[list[Path], bool]:
    """(paths, whether the list is complete). The paths begin at the Internet, or at single containers unless a path
    from the Internet contains them.

    Each of the two searches follows ``most`` edges at most.
    """
    budgets = Budget(most), Budget(most)
    outside = _without_detours(_chains(graph, INTERNET, 1.0, budgets[0], VISITS, crossing=False))
    known = {pair for path in outside for pair in _pairs(path)}
    inside = [
        path
        for node in graph.containers()
        for path in _without_detours(_chains(graph, node.id, COMPROMISED, budgets[1], 1, crossing=True))
        if not _pairs(path) <= known
    ]
    found = sorted([*outside, *inside], key=_order)
    return found[:MAX_PATHS], len(found) <= MAX_PATHS and all(budget.left >= 0 for budget in budgets)


def reached(graph: Graph) -> dict[str, float]:
    """The likelihood of the best path to each node that the Internet reaches, with all nodes of a reached host or
    cluster."""
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
    """Yields paths, the likeliest first. ``crossing``: only along broken isolation, not over plain networks."""
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
        if edges and _is_target(node):
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
            if edge.ends and edge.target.removeprefix(DATA) in nodes:  # the data of a container on the path
                continue
            pushed += 1
            item = (negative * edge.ease, len(edges) + 1, pushed, (*nodes, edge.target), (*edges, edge))
            heapq.heappush(heap, item)


def _is_target(node: Node) -> bool:
    return node.kind not in _HUBS and not (node.kind == "volume" and not node.id.startswith(DATA))


def _path(graph: Graph, start: str, edges: tuple[Edge, ...], likelihood: float) -> Path:
    steps: list[Step] = []
    pending: list[Edge] = []
    source = start
    for edge in edges:
        pending.append(edge)
        if _is_target(graph.nodes[edge.target]):
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
    """Drops each path that visits all nodes of an earlier path to the same target. ``paths`` come with the likeliest first; the
    result is grouped by target.
    """
    kept: dict[str, list[tuple[Path, frozenset[str]]]] = {}
    for path in paths:
        held = frozenset((path.start, *(step.target for step in path.steps)))
        if not any(held >= other for _, other in kept.get(path.target, ())):
            kept.setdefault(path.target, []).append((path, held))
    return [path for pairs in kept.values() for path, _ in pairs]


def _pairs(path: Path) -> set[tuple[str, str]]:
    return {(step.source, step.target) for step in path.steps}


def _order(path: Path) -> tuple[float, bool, int, str]:
    return (-path.score, path.start != INTERNET, len(path.steps), path.id)


def _way(edges: tuple[Edge, ...]) -> Way:
    """The kind of way of a step with several edges: a shared resource rather than the network."""
    ways = [edge.reasons[0].way for edge in edges]
    return "exposed" if "exposed" in ways else ways[-1] if ways[-1] != "network" else ways[0]
