"""Finds images by the names that users type: a digest, REPOSITORY:TAG with or without the host, or the reference of a
scan or upload.

``beside`` lists the images that users compare one with: earlier images of its tags, other tags of its repositories, its
base, and others of the same name.
"""

from collections.abc import Iterable
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, Select, or_, select

from .conditions import visible
from .tables import image, registry, repository, tag, tag_change

MOST = 8  # images of each kind
LONGEST = 300


class NamedImage(Struct, frozen=True):
    """An image under the name that lists show. ``at`` is since when, in seconds since 1970, if that distinguishes it
    from others.
    """

    identity: str
    name: str
    at: float | None = None


class Beside(Struct, frozen=True):
    earlier: tuple[NamedImage, ...] = ()
    tags: tuple[NamedImage, ...] = ()
    base: tuple[NamedImage, ...] = ()
    same_name: tuple[NamedImage, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.earlier or self.tags or self.base or self.same_name)


def named(connection: Connection, project_id: int, text: str) -> tuple[NamedImage, ...]:
    """The images of the project with the name ``text``: one, unless several registries have such a tag. If no image has exactly
    this name: the images whose reference contains it.
    """
    if not text or len(text) > LONGEST or not text.isprintable():
        return ()
    seen = select(image.c.identity, image.c.reference).where(visible(project_id))
    if found := _images(connection, seen.where(or_(image.c.identity == text, image.c.digest == text))):
        return found[:1]
    if found := _tags(connection, project_id, text):
        return found
    if found := _images(connection, seen.where(image.c.reference == text).order_by(image.c.id.desc())):
        return found[:1]
    return _images(connection, seen.where(image.c.reference.contains(text, autoescape=True)).order_by(image.c.id.desc()))


def beside(connection: Connection, project_id: int, identity: str) -> Beside:
    one = connection.execute(
        select(image.c.id, image.c.reference, image.c.base_digest).where(image.c.identity == identity, visible(project_id))
    ).first()
    if one is None:
        return Beside()
    own = connection.execute(_of_project(project_id).where(tag.c.image_id == one.id).limit(MOST)).all()
    others = _others(connection, project_id, one.id, {row.repository_id for row in own})
    base = select(image.c.identity, image.c.reference).where(image.c.digest == one.base_digest, visible(project_id))
    same = select(image.c.identity, image.c.reference, image.c.enrolled_at.label("at")).where(
        image.c.reference == one.reference, image.c.id != one.id, image.c.state == "ready", visible(project_id)
    )
    earlier = _earlier(connection, project_id, identity, own)
    known = {each.identity for each in (*earlier, *others)}
    return Beside(
        earlier,
        others,
        _images(connection, base) if one.base_digest else (),
        tuple(each for each in _images(connection, same.order_by(image.c.id.desc())) if each.identity not in known),
    )


def _of_project(project_id: int) -> Select[Any]:
    """Selects the project's tags with their repositories and the hosts of their registries."""
    return (
        select(tag.c.name, tag.c.repository_id, registry.c.host, repository.c.name.label("repository"))
        .join(repository, repository.c.id == tag.c.repository_id)
        .join(registry, registry.c.id == repository.c.registry_id)
        .where(registry.c.project_id == project_id)
    )


def _tags(connection: Connection, project_id: int, text: str) -> tuple[NamedImage, ...]:
    of_repository, colon, name = text.rpartition(":")
    if not colon or "/" in name:  # the colon belongs to a port
        of_repository, name = text, "latest"
    names = (of_repository, f"library/{of_repository}")
    hosts = registry.c.host + "/" + repository.c.name
    wanted = (
        _of_project(project_id)
        .add_columns(image.c.identity)
        .join(image, image.c.id == tag.c.image_id)
        .where(tag.c.name == name, or_(repository.c.name.in_(names), hosts == of_repository), visible(project_id))
        .order_by(registry.c.host, repository.c.name)
        .limit(MOST)
    )
    return tuple(NamedImage(row.identity, _name(row)) for row in connection.execute(wanted))


def _others(connection: Connection, project_id: int, image_id: int, repositories: set[int]) -> tuple[NamedImage, ...]:
    if not repositories:
        return ()
    wanted = (
        _of_project(project_id)
        .add_columns(image.c.identity, tag.c.pushed_at)
        .join(image, image.c.id == tag.c.image_id)
        .where(tag.c.repository_id.in_(repositories), tag.c.image_id != image_id, image.c.state == "ready", visible(project_id))
        .order_by(tag.c.id.desc())
        .limit(MOST)
    )
    return tuple(NamedImage(row.identity, _name(row), row.pushed_at) for row in connection.execute(wanted))


def _earlier(connection: Connection, project_id: int, identity: str, own: Iterable[Any]) -> tuple[NamedImage, ...]:
    """The images that the same tags pointed to at other times, the latest first."""
    found: dict[str, NamedImage] = {}
    for row in own:
        wanted = (
            select(image.c.identity, tag_change.c.at)
            .join(image, image.c.identity == tag_change.c.identity)
            .where(tag_change.c.repository_id == row.repository_id, tag_change.c.name == row.name)
            .where(image.c.identity != identity, image.c.state == "ready", visible(project_id))
            .order_by(tag_change.c.id.desc())
            .limit(MOST)
        )
        for change in connection.execute(wanted):
            found.setdefault(change.identity, NamedImage(change.identity, _name(row), change.at))
    return tuple(found.values())[:MOST]


def _images(connection: Connection, wanted: Select[Any]) -> tuple[NamedImage, ...]:
    rows = connection.execute(wanted.limit(MOST))
    return tuple(NamedImage(row.identity, row.reference, getattr(row, "at", None)) for row in rows)


def _name(row: Any) -> str:
    return f"{row.host}/{row.repository}:{row.name}"
