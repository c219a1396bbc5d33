"""Stores which containers an attacker can reach, as ``careen exposure`` has computed it next to the deployment.

In: a document ``careen.exposure/1``, one for each source (a cluster, a folder of manifests) of a project. Stored: its
containers and its paths. The image of a container is found by its digest; without one, by its tag in a registry of the
project, or as the newest image that was scanned under its name.
Raises: InputError for any other document.
"""

import zlib
from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec import Meta, Struct
from sqlalchemy import ColumnElement, Connection, Subquery, and_, delete, false, func, or_, select, union_all

from careen.errors import InputError
from careen.images.names import parse_reference
from careen.safety.typed import from_json, from_msgpack

from .conditions import visible
from .rows import batches
from .tables import exposed_container, exposure, image, project_image, registry, repository, tag

SCHEMA = "careen.exposure/1"
MAX_NODES = 20_000
MAX_PATHS = 500
MANY = 500  # rows in one statement
SOURCES = 10  # sources that the page of an image shows
SHOWN = 10  # paths that it shows of each source
Line = Annotated[str, Meta(max_length=2000)]


class Place(Struct, frozen=True):
    path: Line
    line: int | None = None


class Reason(Struct, frozen=True):
    text: Line
    places: tuple[Place, ...] = ()


class Step(Struct, frozen=True):
    source: Line
    target: Line
    reasons: tuple[Reason, ...] = ()


class Cut(Struct, frozen=True):
    changes: tuple[Reason, ...] = ()
    remaining: int | None = None


class Path(Struct, frozen=True):
    """A path of an attack. ``nodes`` are all nodes that it passes. ``steps`` lead from one node that an attacker
    controls to the next.
    """

    severity: Annotated[str, Meta(max_length=20)]
    score: float
    nodes: tuple[Line, ...]
    steps: tuple[Step, ...]
    cuts: tuple[Cut, ...] | None = None


class Container(Struct, frozen=True):
    image: Line | None = None
    user: Line = "unknown"
    privileged: bool = False
    facts: tuple[Line, ...] = ()


class Node(Struct, frozen=True):
    """A node of the graph. ``likelihood``: how likely an attacker from the Internet reaches it; None if no path leads
    to it.
    """

    id: Line
    kind: Annotated[str, Meta(max_length=30)]
    label: Line
    likelihood: float | None = None
    container: Container | None = None


class Document(Struct, frozen=True):
    schema: Annotated[str, Meta(max_length=100)]
    nodes: tuple[Node, ...]
    paths: tuple[Path, ...]


class Stored(Struct, frozen=True):
    containers: int
    reached: int  # containers that can be reached from the Internet
    paths: int


class Seen(Struct, frozen=True):
    """An image in one source: its containers, the paths through them, and the names of the nodes on these paths."""

    source: str
    at: float
    containers: tuple[Node, ...]
    paths: tuple[Path, ...]
    more: int  # number of further paths
    labels: dict[str, str]

    @property
    def is_exposed(self) -> bool:
        return any(node.likelihood for node in self.containers)


def read(data: bytes) -> Document:
    try:
        found = from_json(data, Document)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InputError(f"this is not an exposure document: {error}", "careen exposure --format json writes one") from None
    if found.schema != SCHEMA:
        raise InputError(f"the document is {found.schema[:60]!r}, not {SCHEMA}", "careen exposure --format json writes one")
    if len(found.nodes) > MAX_NODES:
        raise InputError(f"the graph has more than {MAX_NODES:,} nodes", "send each cluster or folder separately")
    return found


def store(connection: Connection, project_id: int, source: str, found: Document, by: str, now: float) -> Stored:
    """Stores an exposure, in place of the source's earlier one."""
    remove(connection, project_id, source)
    kept = Document(found.schema, found.nodes, found.paths[:MAX_PATHS])
    values = {"project_id": project_id, "source": source, "sent_by": by, "at": now}
    content = zlib.compress(msgspec.msgpack.encode(kept), 6)
    created = connection.execute(exposure.insert().values(**values, content=content)).inserted_primary_key
    assert created is not None
    containers = [node for node in kept.nodes if node.container is not None]
    rows = [
        {"exposure_id": created[0], "position": position, "node": node.id, "likelihood": node.likelihood, **_names(node)}
        for position, node in enumerate(containers)
    ]
    for some in batches(rows, MANY):
        connection.execute(exposed_container.insert(), some)
    return Stored(len(containers), sum(bool(node.likelihood) for node in containers), len(kept.paths))


def remove(connection: Connection, project_id: int, source: str) -> bool:
    own = (exposure.c.project_id == project_id, exposure.c.source == source)
    return bool(connection.execute(delete(exposure).where(*own)).rowcount)


def is_exposed(project_id: int | None) -> ColumnElement[bool]:
    """A condition on rows of ``image``: a path from the Internet leads to one of its containers. It is false without a
    project, because deployments belong to projects.
    """
    if project_id is None:
        return false()
    known = _known(project_id)
    return image.c.id.in_(select(known.c.image_id).where(known.c.likelihood > 0))


def seen(connection: Connection, project_id: int, image_id: int) -> tuple[Seen, ...]:
    """The image's containers and paths, one entry for each source, the latest sources first."""
    known = _known(project_id)
    nodes: dict[int, set[str]] = {}
    for exposure_id, node in connection.execute(
        select(known.c.exposure_id, known.c.node).where(known.c.image_id == image_id).distinct()
    ):
        nodes.setdefault(exposure_id, set()).add(node)
    wanted = select(exposure.c.id, exposure.c.source, exposure.c.at, exposure.c.content).where(exposure.c.id.in_(nodes))
    rows = connection.execute(wanted.order_by(exposure.c.at.desc(), exposure.c.id.desc()).limit(SOURCES))
    return tuple(_seen(row.source, row.at, bytes(row.content), nodes[row.id]) for row in rows)


def _seen(source: str, at: float, content: bytes, own: set[str]) -> Seen:
    found = from_msgpack(zlib.decompress(content), Document)
    paths = [path for path in found.paths if not own.isdisjoint(path.nodes)]
    named = {id for path in paths[:SHOWN] for id in path.nodes} | own
    labels = {node.id: node.label for node in found.nodes if node.id in named}
    containers = tuple(node for node in found.nodes if node.id in own)
    return Seen(source, at, containers, tuple(paths[:SHOWN]), max(0, len(paths) - SHOWN), labels)


def _names(node: Node) -> dict[str, str]:
    """The columns by which the image of a container is found. All are "" if it is only built, or has no name that a
    registry could have.
    """
    try:
        name = parse_reference((node.container.image if node.container else None) or "")
    except InputError:
        return {"host": "", "repository": "", "tag": "", "digest": "", "name": ""}
    tag = "" if name.digest else name.tag or ""
    written = f"{name.name}:{tag}" if tag else ""
    return {
        "host": name.registry,
        "repository": name.repository,
        "tag": tag,
        "digest": name.digest or "",
        "name": written,
    }


def _known(project_id: int) -> Subquery:
    """A subquery of pairs: an image of the project, and a container that runs it."""
    container = exposed_container
    columns = (container.c.exposure_id, container.c.node, container.c.likelihood)
    of_project = and_(exposure.c.id == container.c.exposure_id, exposure.c.project_id == project_id)
    by_digest = select(image.c.id.label("image_id"), *columns).select_from(container).join(exposure, of_project)
    by_digest = by_digest.join(image, and_(container.c.digest != "", image.c.digest == container.c.digest))
    by_tag = select(tag.c.image_id, *columns).select_from(container).join(exposure, of_project)
    by_tag = by_tag.join(repository, and_(container.c.tag != "", repository.c.name == container.c.repository))
    by_tag = by_tag.join(
        registry,
        and_(
            registry.c.id == repository.c.registry_id,
            registry.c.project_id == project_id,
            registry.c.host == container.c.host,
        ),
    ).join(tag, and_(tag.c.repository_id == repository.c.id, tag.c.name == container.c.tag))
    full = container.c.host + "/" + container.c.repository + ":" + container.c.tag
    without_tag = func.substr(container.c.name, 1, func.length(container.c.name) - len(":latest"))
    is_latest = and_(container.c.tag == "latest", image.c.reference == without_tag)
    by_name = select(image.c.id, *columns).select_from(container).join(exposure, of_project)
    by_name = by_name.join(
        image, and_(container.c.tag != "", or_(image.c.reference == full, image.c.reference == container.c.name, is_latest))
    )
    by_name = by_name.where(_is_newest(project_id))
    visible_ones = (part.where(visible(project_id)) for part in (by_digest, by_name))
    return union_all(*visible_ones, by_tag).subquery()


def _is_newest(project_id: int) -> ColumnElement[bool]:
    """A condition on rows of ``image``: it is the newest of the project's images under its reference. Tags move, so
    that several images may share one.
    """
    newer = image.alias()
    seen_here = select(func.max(newer.c.id)).join(project_image, project_image.c.image_id == newer.c.id)
    seen_here = seen_here.where(
        newer.c.reference == image.c.reference, project_image.c.project_id == project_id, project_image.c.deleted_at.is_(None)
    )
    return image.c.id == seen_here.scalar_subquery()


def sources(connection: Connection, project_id: int) -> Sequence[tuple[str, float, str]]:
    """The stored exposures of a project: source, time and sender of each."""
    wanted = select(exposure.c.source, exposure.c.at, exposure.c.sent_by).where(exposure.c.project_id == project_id)
    return [(source, at, by) for source, at, by in connection.execute(wanted.order_by(exposure.c.source))]
