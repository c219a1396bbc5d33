"""How paths are cut: the changes that remove an edge of a path, and the paths that remain after them.

An edge often has several reasons, and disappears only with all of them. The remaining paths are found by another
search of the graph without the edge: an attacker who loses one way takes the next one.
"""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from careen.model.advisory import Severity
from careen.model.finding import Location

from .graph import DATA, INTERNET, Edge, Graph, Reason
from .paths import MAX_FOLLOWED, Path, ranked

CUT = 10  # the number of paths, from the first, for which cuts are searched
MAX_EDGES = 40  # that are taken away in turn
FOLLOWED = MAX_FOLLOWED // MAX_EDGES  # edges of one such search


class Change(Struct, frozen=True):
    text: str
    place: Location | None


class Cut(Struct, frozen=True):
    """Changes that together close the way from one node to the next.

    ``remaining`` counts the paths that remain; ``worst`` is the severity of the worst path that remains to the target
    of the path, None if there is none. Both are unknown if the search was stopped (``complete`` False).
    """

    source: str
    target: str
    changes: tuple[Change, ...]
    remaining: int
    worst: Severity | None
    complete: bool


def cuts_of(graph: Graph, paths: Sequence[Path]) -> dict[str, tuple[Cut, ...]]:
    """The cuts of each of the first ``CUT`` paths, by the path's id. Cuts whose worst remaining path is least severe come
    first, then those that leave fewer paths."""
    labels = graph.labels()
    searched: dict[tuple[str, str], tuple[list[Path], bool]] = {}
    found: dict[str, tuple[Cut, ...]] = {}
    for path in paths[:CUT]:
        cuts = []
        for edge in _edges(path):
            key = (edge.source, edge.target)
            changes = tuple(_changes(edge, graph, labels))
            if not changes or (key not in searched and len(searched) >= MAX_EDGES):
                continue
            if key not in searched:
                searched[key] = ranked(graph.without(*key), FOLLOWED)
            left, complete = searched[key]
            worst = next((other.severity for other in left if other.target == path.target), None)
            cuts.append(Cut(*key, changes, len(left), worst, complete))
        found[path.id] = tuple(sorted(cuts, key=_order))
    return found


def _order(cut: Cut) -> tuple[int, int, int]:
    worst = -1 if cut.worst is None else ("low", "medium", "high", "critical").index(cut.worst)
    return worst, cut.remaining, len(cut.changes)


def _edges(path: Path) -> Iterator[Edge]:
    return (edge for step in path.steps for edge in step.edges)


def _changes(edge: Edge, graph: Graph, labels: dict[str, str]) -> Iterator[Change]:
    """One change for each reason of the edge; none if one of the reasons cannot be removed, for example that a program
    listens on a port."""
    changes = [_change(reason, edge, graph, labels) for reason in edge.reasons]
    if all(changes):
        yield from dict.fromkeys(change for change in changes if change)


def _change(reason: Reason, edge: Edge, graph: Graph, labels: dict[str, str]) -> Change | None:
    source, target = graph.nodes[edge.source], graph.nodes[edge.target]
    first, second = labels[edge.source], labels[edge.target]
    text = ""
    if reason.cut:
        text = reason.cut if edge.source == INTERNET else f"{first}: {reason.cut}"
    elif reason.way == "network":
        member, other = (second, first) if source.kind == "network" else (first, second)
        text = (
            f"take {member} off {other}"
            if "network" in (source.kind, target.kind)
            else f"deny traffic from {first} to {second}"
        )
    elif reason.way == "credential":
        text = f"give {first} another credential than {second}"
    elif reason.way == "volume":
        if edge.target.startswith(DATA):
            text = f"{first}: remove the mount of the data of {second}"
        elif target.kind == "volume":
            text = f"{first}: mount {second} read-only"
        else:
            text = f"{second}: use a volume of its own in place of {first}"
    elif reason.way == "namespace":
        text = f"give {first} and {second} namespaces of their own"
    elif reason.way == "role":
        text = f"{first}: set automountServiceAccountToken: false" if source.container else f"{first}: remove this grant"
    return Change(text, reason.places[0] if reason.places else None) if text else None
