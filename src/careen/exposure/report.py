"""The answer: the graph, its paths, and the vulnerabilities of its images weighed by where their containers stand.

A vulnerability's ``priority`` is 10 times its weight by privilege, exposure and sharing, each 0 to 1: the same flaw counts
for more in a container that is root, listens on the Internet and shares a volume with the database than in a sealed job.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from careen.checks.files import Found
from careen.checks.kind import Document, Rules, SourceFile
from careen.checks.kinds import KINDS, kind_of
from careen.formats.kubernetes.manifest_files import Manifests
from careen.formats.services.compose import Compose
from careen.model.advisory import SEVERITIES, Severity
from careen.model.inventory import Unknown
from careen.model.package import Evidence

from .cluster import add_manifests
from .compose import add_compose
from .flaws import Flaw, ImageFlaws
from .graph import DATA, TAKEN_WHOLE, Builder, Graph, Node
from .paths import Path, ranked, reached

BY_USER = {"root": 0.7, "unknown": 0.6, "non_root": 0.4}
SEALED = 0.05  # exposure of what nothing leads to
ALONE = 0.5  # sharing of what leads to no other
WITH_A_DATABASE = 4  # containers that one database counts for
MAX_WEIGHED = 1000
MAX_SPREAD = 50_000  # pairs of flaw and container that are looked at


class Weighed(Struct, frozen=True):
    """A vulnerability in one container."""

    flaw: Flaw
    image: str
    container: str  # id of the node
    privilege: float
    exposure: float
    sharing: float
    priority: float


class Exposure(Struct, frozen=True):
    created: str
    targets: tuple[str, ...]
    files: int
    graph: Graph
    paths: tuple[Path, ...]
    complete: bool  # whether there are no more paths than these
    images: tuple[ImageFlaws, ...]
    weighed: tuple[Weighed, ...]
    unknowns: tuple[Unknown, ...]
    fail_on: Severity | None
    exit_code: int
    likelihood_by_node: dict[str, float]  # that the Internet gets there

    def by_severity(self) -> dict[str, int]:
        counts: dict[str, int] = dict.fromkeys(SEVERITIES[:4], 0)
        for path in self.paths:
            counts[path.severity] += 1
        return counts


class Documents(Struct, frozen=True):
    """What of the files says which containers run."""

    values: tuple[Compose | Manifests, ...]
    files: int
    unknowns: tuple[Unknown, ...]

    def images(self) -> list[str]:
        """Each image once, in the order of the files; "" for one that is built is left out."""
        found: dict[str, None] = {}
        for value in self.values:
            if isinstance(value, Compose):
                found |= dict.fromkeys(service.image for service in value.services)
            else:
                found |= dict.fromkeys(one.image for one in value.containers if one.runs_on)
        return [image for image in found if image]


def documents(found: Found) -> Documents:
    values: list[Compose | Manifests] = []
    unknowns = list(found.unknowns)
    files = 0
    members: dict[str, list[SourceFile]] = {}
    for file in found.files:
        kind = kind_of(file.path, file.text)
        if kind is not None:
            members.setdefault(kind.name, []).append(file)
    for kind in KINDS:
        if kind.name == "dockerfile" or kind.name not in members:
            continue
        for one in kind.read(members[kind.name], (), Rules()):
            if isinstance(one, Unknown):
                unknowns.append(one)
            elif isinstance(one, Document) and isinstance(one.value, Compose | Manifests):
                values.append(one.value)
        files += len(members[kind.name])
    return Documents(tuple(values), files, tuple(unknowns))


def exposure_of(
    targets: Sequence[str],
    found: Documents,
    images: Sequence[ImageFlaws],
    fail_on: Severity | None,
    strict: bool,
    created: str,
) -> Exposure:
    flaws_by_image = {one.image: one for one in images}
    graph, unknowns = _graph(found, flaws_by_image)
    paths, complete = ranked(graph)
    likelihood_by_node = reached(graph)
    failed = fail_on is not None and any(SEVERITIES.index(path.severity) <= SEVERITIES.index(fail_on) for path in paths)
    blind = any(one.trouble or not one.assessed for one in images)  # images that were to be looked into
    unsure = bool(unknowns) or not complete or blind
    return Exposure(
        created=created,
        targets=tuple(targets),
        files=found.files,
        graph=graph,
        paths=tuple(paths),
        complete=complete,
        images=tuple(images),
        weighed=_weighed(graph, flaws_by_image, likelihood_by_node),
        unknowns=unknowns,
        fail_on=fail_on,
        exit_code=3 if (strict and unsure) or (fail_on is not None and blind) else 1 if failed else 0,
        likelihood_by_node=likelihood_by_node,
    )


def _graph(found: Documents, images: Mapping[str, ImageFlaws]) -> tuple[Graph, tuple[Unknown, ...]]:
    builder = Builder()
    unknowns = list(found.unknowns)
    for value in found.values:
        try:
            if isinstance(value, Compose):
                add_compose(builder, value, images)
            else:
                add_manifests(builder, value, images)
        except ValueError as error:
            path = value.path if isinstance(value, Compose) else value.resources[0].path
            unknowns.append(Unknown("exposure", Evidence(path, 0), f"in part only: {error}"))
    return builder.graph(), tuple(unknowns)


def _weighed(graph: Graph, images: Mapping[str, ImageFlaws], likelihood_by_node: Mapping[str, float]) -> tuple[Weighed, ...]:
    arriving: dict[str, float] = {}
    for edge in graph.edges:
        # How likely somebody comes as far as its port: what the edge says of its own program is the flaw's to say.
        own = 1.0 if edge.reasons[0].way in ("network", "exposed") else edge.ease
        there = likelihood_by_node.get(edge.source, 0.0) * own
        arriving[edge.target] = max(arriving.get(edge.target, 0.0), there)
    found: list[Weighed] = []
    spread = 0
    for node in graph.containers():
        flaws = images.get(node.container.image) if node.container else None
        if flaws is None or not flaws.flaws:
            continue
        privilege, sharing = _privilege(graph, node), _sharing(graph, node)
        exposure = max(SEALED, round(arriving.get(node.id, 0.0), 4))
        for flaw in flaws.flaws[: max(0, MAX_SPREAD - spread)]:
            spread += 1
            priority = round(10 * flaw.weight * privilege * exposure * sharing, 2)
            found.append(Weighed(flaw, flaws.image, node.id, privilege, exposure, sharing, priority))
    found.sort(key=lambda one: (-one.priority, one.flaw.id, one.container, one.flaw.package))
    return tuple(found[:MAX_WEIGHED])


def _privilege(graph: Graph, node: Node) -> float:
    assert node.container is not None
    out = (edge.ease for edge in graph.leaving.get(node.id, ()) if graph.nodes[edge.target].kind in TAKEN_WHOLE)
    return max(BY_USER[node.container.user], *out, 0.0)


def _sharing(graph: Graph, node: Node) -> float:
    """By how many containers it leads to by what they share with it (no networks), itself left out."""
    others: dict[str, None] = {}
    for edge in graph.leaving.get(node.id, ()):
        if edge.reasons[0].way in ("network", "exposed"):
            continue
        here = graph.nodes[edge.target]
        if here.container is not None or here.id.startswith(DATA):
            others[here.id] = None
        elif here.kind == "volume":
            others |= dict.fromkeys(one.target for one in graph.leaving.get(here.id, ()))
    others.pop(node.id, None)
    count = sum(WITH_A_DATABASE if _is_data(graph.nodes[id]) else 1 for id in others)
    return round(ALONE + (1 - ALONE) * min(count, WITH_A_DATABASE) / WITH_A_DATABASE, 3)


def _is_data(node: Node) -> bool:
    return node.id.startswith(DATA) or bool(node.container and node.container.database)
