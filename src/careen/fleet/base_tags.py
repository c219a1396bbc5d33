"""Checks once a day the tags of all base images in use, to find images built on a digest that the tag no longer points
to.

An image states the name and digest of its base in labels (``org.opencontainers.image.base.*``). Requests to a registry
of the project use its credentials, requests to any other registry use none. An image whose labels state no digest is
counted as unknown, and never as current.
"""

import time
from collections.abc import Callable, Sequence

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, Select, and_, delete, func, not_, or_, select

from careen.errors import Error
from careen.images.manifest import is_index, parse_index
from careen.images.names import parse_reference
from careen.images.registry import connected
from careen.log import logger

from .base_state import is_current, tag_of
from .conditions import visible
from .connection import writing
from .fleet import Fleet
from .queue import Job, RetryError
from .rows import insert
from .sources import Source, context_of, registry_of
from .tables import base_tag, image, project_image

log = logger(__name__)

MAX_CHECKED = 500  # bases of one run, the ones with the oldest check first
MAX_DIGESTS = 100  # platforms of a tag whose digests are stored
BOUND = 1000  # a larger count is shown as "more than 1,000"
SHOWN = 20

Ask = Callable[[Fleet, Source], tuple[str, ...]]


class OldBase(Struct, frozen=True):
    reference: str
    images: int  # images that were built on another digest


class Bases(Struct, frozen=True):
    """Counts of images by the state of their base image. ``exact`` False: the real number is larger than ``outdated``.
    ``unknown``: images with a base whose digest or tag is not known.
    """

    outdated: int
    exact: bool
    current: int
    unknown: int
    checked_at: float | None
    worst: tuple[OldBase, ...]


def digests_of(fleet: Fleet, source: Source) -> tuple[str, ...]:
    """The digests of a tag's manifest and of the images of its platforms, because labels may state either. Raises Error
    or RetryError if the registry does not answer.
    """
    repository, _ = connected(source.reference, context_of(fleet, source))
    name = parse_reference(source.reference)
    data, digest = repository.manifest(name.tag or "latest", None)
    children = parse_index(data) if is_index(data) else ()
    return (digest, *(child.digest for child in children[:MAX_DIGESTS]))


def check(fleet: Fleet, job: Job, ask: Ask = digests_of) -> None:
    """Handles jobs of kind ``bases``: fetches the digests of all base images in use. If a registry does not answer, the
    failure is stored, and the digests from the last check are kept.
    """
    for project_id, reference in _in_use(fleet):
        trouble = ""
        digests: tuple[str, ...] = ()
        try:
            name = parse_reference(reference)
            with fleet.engine.connect() as connection:
                number = registry_of(connection, project_id, name)
            if not name.digest:
                digests = ask(fleet, Source(reference, number))
        except (Error, RetryError) as error:
            log.info("the base %s could not be checked: %s", reference, error)
            trouble = str(error)[:500]
        _note(fleet, project_id, reference, digests, trouble)
    with writing(fleet.engine) as connection:
        connection.execute(delete(base_tag).where(~_uses(base_tag.c.project_id, base_tag.c.reference).exists()))


def bases(connection: Connection, project_id: int) -> Bases:
    """Counts images by the state of their base images at the latest check, for a tile of the overview."""
    tag = tag_of(project_id)
    with_base = select(image.c.id).outerjoin(base_tag, tag).where(image.c.base != "", visible(project_id))
    stated = and_(base_tag.c.id.is_not(None), image.c.base_digest != "")
    outdated, exact = _count(connection, with_base.where(stated, not_(is_current())))
    current, _ = _count(connection, with_base.where(stated, is_current()))
    unknown, _ = _count(connection, with_base.where(or_(base_tag.c.id.is_(None), image.c.base_digest == "")))
    number = func.count(image.c.id)
    worst = (
        select(image.c.base, number)
        .join(base_tag, tag)
        .where(stated, not_(is_current()), visible(project_id))
        .group_by(image.c.base)
        .order_by(number.desc(), image.c.base)
        .limit(SHOWN)
    )
    at = connection.execute(select(func.max(base_tag.c.checked_at)).where(base_tag.c.project_id == project_id)).scalar()
    found = tuple(OldBase(reference, images) for reference, images in connection.execute(worst))
    return Bases(outdated, exact, current, unknown, at, found)


def _count(connection: Connection, wanted: Select[tuple[int]]) -> tuple[int, bool]:
    number = connection.execute(select(func.count()).select_from(wanted.limit(BOUND + 1).subquery())).scalar_one()
    return min(number, BOUND), number <= BOUND


def _in_use(fleet: Fleet) -> Sequence[tuple[int, str]]:
    known = and_(base_tag.c.project_id == project_image.c.project_id, base_tag.c.reference == image.c.base)
    wanted = (
        select(project_image.c.project_id, image.c.base)
        .join(image, image.c.id == project_image.c.image_id)
        .outerjoin(base_tag, known)
        .where(image.c.base != "", project_image.c.deleted_at.is_(None))
        .group_by(project_image.c.project_id, image.c.base)
        .order_by(func.coalesce(func.max(base_tag.c.checked_at), 0.0), project_image.c.project_id, image.c.base)
        .limit(MAX_CHECKED)
    )
    with fleet.engine.connect() as connection:
        return [(project_id, reference) for project_id, reference in connection.execute(wanted)]


def _uses(project_id: ColumnElement[int], reference: ColumnElement[str]) -> Select[tuple[int]]:
    used = select(image.c.id).join(project_image, project_image.c.image_id == image.c.id)
    return used.where(project_image.c.project_id == project_id, project_image.c.deleted_at.is_(None), image.c.base == reference)


def _note(fleet: Fleet, project_id: int, reference: str, digests: Sequence[str], trouble: str) -> None:
    row = {"project_id": project_id, "reference": reference, "digests": " ".join(digests)}
    row |= {"checked_at": time.time(), "trouble": trouble}
    changed = {name: row[name] for name in ("digests", "checked_at", "trouble") if name != "digests" or digests}
    with writing(fleet.engine) as connection:
        new = insert(connection, base_tag).on_conflict_do_update(index_elements=["project_id", "reference"], set_=changed)
        connection.execute(new, row)
