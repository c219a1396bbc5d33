"""The result: the graph, its paths, and the vulnerabilities of its images by priority.

A vulnerability's ``priority`` is 10 times its weight by privilege, exposure and sharing, each 0 to 1: the same vulnerability
counts more in a container that runs as root, listens on the Internet and shares a volume with the database.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from careen.checks.files import Found
from careen.checks.helm import ChartValues, with_charts
from careen.checks.kind import Rules, SourceFile
from careen.checks.kinds import KINDS, kind_of
from careen.checks.kustomize import Origins, origin, with_kustomizations
from careen.formats.kubernetes.manifest_files import Manifests
from careen.formats.services.compose import Compose
from careen.model.advisory import SEVERITIES, Severity
from careen.model.inventory import Unknown
from careen.model.package import Evidence

from .cluster import add_manifests
from .compose import add_compose
from .cuts import Cut, cuts_of
from .graph import DATA, TAKEN_WHOLE, Builder, Graph, Node
from .paths import Path, ranked, reached
from .vulnerabilities import ImageVulnerability, ScannedImage

BY_USER = {"root": 0.7, "unknown": 0.6, "non_root": 0.4}
SEALED = 0.05  # exposure of a container that nothing leads to
ALONE = 0.5  # sharing of a container that leads to no other
WITH_A_DATABASE = 4  # as many containers as one database counts for
MAX_WEIGHED = 1000
MAX_SPREAD = 50_000  # pairs of vulnerability and container that are weighed


class Weighed(Struct, frozen=True):
    """A vulnerability in one container."""

    vulnerability: ImageVulnerability
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
    complete: bool  # whether the search found all paths
    images: tuple[ScannedImage, ...]
    weighed: tuple[Weighed, ...]
    unknowns: tuple[Unknown, ...]
    fail_on: Severity | None
    exit_code: int
    likelihood_by_node: dict[str, float]  # of an attacker from the Internet
    cuts: dict[str, tuple[Cut, ...]] = {}  # of the first paths, by their ids

    def by_severity(self) -> dict[str, int]:
        counts: dict[str, int] = dict.fromkeys(SEVERITIES[:4], 0)
        for path in self.paths:
            counts[path.severity] += 1
        return counts


class Documents(Struct, frozen=True):
    """The Compose files and manifests among the files."""

    values: tuple[Compose | Manifests, ...]
    files: int
    unknowns: tuple[Unknown, ...]
    origins: Origins = {}  # of the lines of rendered files

    def images(self) -> list[str]:
        """Each image once, in the order of the files, without images that are only built."""
        found: dict[str, None] = {}
        for value in self.values:
            if isinstance(value, Compose):
                found |= dict.fromkeys(service.image for service in value.services)
            else:
                found |= dict.fromkeys(container.image for container in value.containers if container.runs_on)
        return [image for image in found if image]


def documents(found: Found) -> Documents:
    charts = with_charts(found.files, ChartValues(), found.packed)
    kustomized = with_kustomizations(charts.files)
    values: list[Compose | Manifests] = []
    unknowns = [*found.unknowns, *charts.unknowns, *kustomized.unknowns]
    templates = {path: tuple((path, line) if line else None for line in lines) for path, lines in charts.lines.items()}
    origins = {**templates, **kustomized.origins}
    more = len(kustomized.replaced) - len(kustomized.origins)
    files = 0
    members: dict[str, list[SourceFile]] = {}
    for file in kustomized.files:
        kind = kind_of(file.path, file.text)
        if kind is not None:
            members.setdefault(kind.name, []).append(file)
    for kind in KINDS:
        if kind.name == "dockerfile" or kind.name not in members:
            continue
        for found_document in kind.read(members[kind.name], (), Rules()):
            if isinstance(found_document, Unknown):
                unknowns.append(found_document)
            elif isinstance(found_document.value, Compose | Manifests) and not found_document.again:
                values.append(found_document.value)
        files += len(members[kind.name])
    return Documents(tuple(values), files + more, tuple(unknowns), origins)


def exposure_of(
    targets: Sequence[str],
    found: Documents,
    images: Sequence[ScannedImage],
    fail_on: Severity | None,
    strict: bool,
    created: str,
) -> Exposure:
    image_by_name = {image.image: image for image in images}
    graph, unknowns = _graph(found, image_by_name)
    paths, complete = ranked(graph)
    likelihood_by_node = reached(graph)
    failed = fail_on is not None and any(SEVERITIES.index(path.severity) <= SEVERITIES.index(fail_on) for path in paths)
    blind = any(image.trouble or not image.assessed for image in images)
    incomplete = bool(unknowns) or not complete or blind
    return Exposure(
        created=created,
        targets=tuple(targets),
        files=found.files,
        graph=graph,
        paths=tuple(paths),
        complete=complete,
        images=tuple(images),
        weighed=_weighed(graph, image_by_name, likelihood_by_node),
        unknowns=unknowns,
        fail_on=fail_on,
        exit_code=3 if (strict and incomplete) or (fail_on is not None and blind) else 1 if failed else 0,
        likelihood_by_node=likelihood_by_node,
        cuts=cuts_of(graph, paths),
    )


def _graph(found: Documents, images: Mapping[str, ScannedImage]) -> tuple[Graph, tuple[Unknown, ...]]:
    builder = Builder(lambda place: origin(place, found.origins))
    unknowns = list(found.unknowns)
    for value in found.values:
        try:
            if isinstance(value, Compose):
                add_compose(builder, value, images)
            else:
                add_manifests(builder, value, images)
        except ValueError as error:
            path = value.path if isinstance(value, Compose) else value.resources[0].path
            unknowns.append(Unknown("exposure", Evidence(path, 0), f"assessed in part only: {error}"))
    return builder.graph(), tuple(unknowns)


def _weighed(graph: Graph, images: Mapping[str, ScannedImage], likelihood_by_node: Mapping[str, float]) -> tuple[Weighed, ...]:
    arriving: dict[str, float] = {}
    for edge in graph.edges:
        # The likelihood that an attacker reaches its port: how easily the program is broken into is in the weight.
        own = 1.0 if edge.reasons[0].way in ("network", "exposed") else edge.ease
        there = likelihood_by_node.get(edge.source, 0.0) * own
        arriving[edge.target] = max(arriving.get(edge.target, 0.0), there)
    found: list[Weighed] = []
    spread = 0
    for node in graph.containers():
        image = images.get(node.container.image) if node.container else None
        if image is None or not image.vulnerabilities:
            continue
        privilege, sharing = _privilege(graph, node), _sharing(graph, node)
        exposure = max(SEALED, round(arriving.get(node.id, 0.0), 4))
        for vulnerability in image.vulnerabilities[: max(0, MAX_SPREAD - spread)]:
            spread += 1
            priority = round(10 * vulnerability.weight * privilege * exposure * sharing, 2)
            found.append(Weighed(vulnerability, image.image, node.id, privilege, exposure, sharing, priority))
    found.sort(key=lambda each: (-each.priority, each.vulnerability.id, each.container, each.vulnerability.package))
    return tuple(found[:MAX_WEIGHED])


def _privilege(graph: Graph, node: Node) -> float:
    assert node.container is not None
    out = (edge.ease for edge in graph.leaving.get(node.id, ()) if graph.nodes[edge.target].kind in TAKEN_WHOLE)
    return max(BY_USER[node.container.user], *out, 0.0)


def _sharing(graph: Graph, node: Node) -> float:
    """A factor from 0 to 1, which is higher the more containers can be reached from a container by shared resources
    other than networks."""
    others: dict[str, None] = {}
    for edge in graph.leaving.get(node.id, ()):
        if edge.reasons[0].way in ("network", "exposed"):
            continue
        here = graph.nodes[edge.target]
        if here.container is not None or here.id.startswith(DATA):
            others[here.id] = None
        elif here.kind == "volume":
            others |= dict.fromkeys(edge.target for edge in graph.leaving.get(here.id, ()))
    others.pop(node.id, None)
    count = sum(WITH_A_DATABASE if _is_data(graph.nodes[id]) else 1 for id in others)
    return round(ALONE + (1 - ALONE) * min(count, WITH_A_DATABASE) / WITH_A_DATABASE, 3)


def _is_data(node: Node) -> bool:
    return node.id.startswith(DATA) or bool(node.container and node.container.database)
