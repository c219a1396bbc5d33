"""Lists a registry: stores its repositories and tags as rows, and enrols its new images.

A crawl avoids requests for facts that the registry's lists already contain. A tag whose digest the list contains costs
no request, any other tag costs a HEAD. The manifest of a digest that the project already knows is never fetched. Each
page is stored together with the start of the next one, so that an interrupted or delayed crawl continues there.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, Row, delete, or_, select, update

from careen.errors import CredentialsError, Error, InputError, NetworkError, TooManyRequestsError
from careen.log import logger
from careen.registries.asked import Asked
from careen.registries.kinds import Kind, kind_named, kind_of
from careen.registries.kinds.kind import EndlessError, Tag
from careen.registries.listing import digest_of, is_wanted_repository, repository_pages, tag_pages, wanted_tags
from careen.safety.typed import from_json

from . import enrolment
from .asking import MakeFetcher, asked_of, http, row_of
from .connection import writing
from .credentials import SealError
from .failures import reason_of, without_paths
from .fleet import BACKGROUND, Fleet
from .queue import RetryError
from .registries import Choice, choice_of
from .rows import batches, insert
from .tables import image, project_image, registry, repository, tag, tag_change

log = logger(__name__)

STALE_S = 24 * 3600.0  # an unfinished crawl that is older starts from the beginning
RETRY_S = 60.0
WAIT_S = 600.0  # the pause after too many requests, if the registry does not state a duration
CHUNK = 50  # tags that are stored together
SHOWN = 3  # failures that the registry's row keeps


class Position(Struct, frozen=True):
    """The progress of a crawl. ``following`` is the next page of repositories; None if all are listed."""

    started: float
    following: str | None = ""
    whole: bool = True  # False: the list of repositories was cut off


class Crawl(Struct, frozen=True):
    """The common context of all steps of one crawl."""

    fleet: Fleet
    row: Row[Any]
    kind: Kind
    asked: Asked
    choice: Choice
    started: float


def crawl(fleet: Fleet, registry_id: int, make: MakeFetcher = http) -> None:
    """Handles jobs of kind ``crawl``: lists one registry. Raises RetryError if the crawl has to continue later. A
    refusal of the registry is stored in its row, until the next crawl.
    """
    try:
        row = row_of(fleet, registry_id)
    except InputError:  # it was removed meanwhile
        return
    try:
        position = _position(row)
        asked = asked_of(fleet, registry_id, make)
        kind = kind_named(row.kind) if row.kind else kind_of(asked)
        run = Crawl(fleet, row, kind, asked, choice_of(row), position.started)
        failures = [*_list_repositories(run, position), *_list_tags(run)]
    except (RetryError, NetworkError, InputError) as error:
        _stop(fleet, row, error)
        return
    _end(fleet, row, run, failures)


def _list_repositories(run: Crawl, position: Position) -> list[str]:
    failures: list[str] = []
    whole = position.whole
    if position.following is not None:
        try:
            for page in repository_pages(run.kind, run.asked, run.row.namespace, position.following):
                with writing(run.fleet.engine) as connection:
                    _see(connection, run, [name for name in page.items if is_wanted_repository(name, run.choice.wanted)])
                    _note(connection, run, Position(run.started, page.following or None))
        except EndlessError as error:
            failures.append(f"repositories: {error}")
            whole = False
        with writing(run.fleet.engine) as connection:
            _note(connection, run, Position(run.started, None, whole))
    if whole and not _forget_repositories(run):
        failures.append("the registry lists no repositories any more; those that are known stay")
    return failures


def _see(connection: Connection, run: Crawl, names: Sequence[str]) -> None:
    if names:
        new = insert(connection, repository)
        connection.execute(
            new.on_conflict_do_update(index_elements=["registry_id", "name"], set_={"seen_at": run.started}),
            [{"registry_id": run.row.id, "name": name, "seen_at": run.started} for name in names],
        )


def _forget_repositories(run: Crawl) -> bool:
    """Deletes repositories that the registry no longer lists, or that the settings no longer select.

    Returns False, and deletes none, if no repository would remain: a user who lost a permission often gets an empty
    list.
    """
    gone = select(repository.c.id).where(
        repository.c.registry_id == run.row.id, or_(repository.c.seen_at.is_(None), repository.c.seen_at < run.started)
    )
    seen = select(repository.c.id).where(repository.c.registry_id == run.row.id, repository.c.seen_at >= run.started)
    with writing(run.fleet.engine) as connection:
        removed = connection.execute(gone).scalars().all()
        if removed and connection.execute(seen.limit(1)).first() is None:
            return False
        for id in removed:
            names = connection.execute(select(tag.c.name).where(tag.c.repository_id == id)).scalars().all()
            _remove_tags(connection, id, names, names)
            connection.execute(delete(repository).where(repository.c.id == id))
    return True


def _list_tags(run: Crawl) -> Iterator[str]:
    """Lists the tags of all repositories and enrols their new images. Yields the failures of single repositories and
    tags, as texts.
    """
    left = (
        select(repository.c.id, repository.c.name)
        .where(
            repository.c.registry_id == run.row.id,
            repository.c.seen_at >= run.started,
            or_(repository.c.listed_at.is_(None), repository.c.listed_at < run.started),
        )
        .order_by(repository.c.id)
    )
    with run.fleet.engine.connect() as connection:
        rows = connection.execute(left).all()
    for row in rows:
        try:
            yield from _list_repository(run, row.id, row.name)
        except CredentialsError:
            raise
        except InputError as error:
            yield f"{row.name}: {error}"
        with writing(run.fleet.engine) as connection:
            connection.execute(update(repository).where(repository.c.id == row.id).values(listed_at=run.started))


def _list_repository(run: Crawl, id: int, name: str) -> Iterator[str]:
    found: list[Tag] = []
    whole = True
    try:
        for page in tag_pages(run.kind, run.asked, name):
            found += page.items
    except EndlessError as error:
        whole = False
        yield f"{name}: {error}"
    wanted = wanted_tags(found, run.asked, name, run.choice.wanted)
    with run.fleet.engine.connect() as connection:
        query = select(tag.c.name, tag.c.seen_at, image.c.identity).join(image, image.c.id == tag.c.image_id)
        known = {row.name: row for row in connection.execute(query.where(tag.c.repository_id == id))}
    left = [each for each in wanted if each.name not in known or known[each.name].seen_at < run.started]
    for chunk in batches(left, CHUNK):
        seen: list[tuple[Tag, str]] = []
        for each in chunk:
            try:
                seen.append((each, digest_of(run.asked, name, each)))
            except InputError as error:
                yield f"{name}:{each.name}: {error}"
        yield from _enrol(run, name, seen)
        with writing(run.fleet.engine) as connection:
            _store_tags(connection, run, id, seen, {key: row.identity for key, row in known.items()})
    if whole:
        names = {each.name for each in wanted}
        there = {each.name for each in found}
        with writing(run.fleet.engine) as connection:
            _remove_tags(connection, id, [each for each in known if each not in names], known.keys() - there)


def _enrol(run: Crawl, name: str, chunk: Sequence[tuple[Tag, str]]) -> Iterator[str]:
    """Enrols the tagged images that the project does not know, and yields the failures as texts. An image that another
    project has becomes visible to this one only after its own credentials have fetched the manifest, because a registry
    could state any digest.
    """
    digests = {digest: each for each, digest in chunk}
    with run.fleet.engine.connect() as connection:
        known = dict(_known(connection, run.row.project_id, digests))
    for digest, each in digests.items():
        if known.get(digest):
            continue
        wanted = enrolment.Enrolment(
            reference=f"{run.row.host}/{name}:{each.name}",
            identity=digest,
            registry_id=run.row.id,
            platform=run.choice.platform,
            pushed_at=each.pushed_at,
        )
        try:
            if digest in known:
                run.asked.repository(name).manifest(digest, digest)
            enrolment.enrol(run.fleet, run.row.project_id, wanted, BACKGROUND, f"registry {run.row.id}")
        except InputError as error:
            yield f"{name}:{each.name}: {error}"


def _known(connection: Connection, project_id: int, digests: Iterable[str]) -> Iterator[tuple[str, bool]]:
    """The digests that the fleet knows, each with whether the project sees it, or has taken it out: that lasts until it
    is asked for by name or pushed.
    """
    is_settled = or_(project_image.c.deleted_at.is_(None), project_image.c.deleted_at > enrolment.ASKED_FOR)
    seen = (project_image.c.image_id == image.c.id) & (project_image.c.project_id == project_id)
    query = (
        select(image.c.identity, project_image.c.image_id)
        .join_from(image, project_image, seen & is_settled, isouter=True)
        .where(image.c.identity.in_(list(digests)))
    )
    for row in connection.execute(query):
        yield row.identity, row.image_id is not None


def _store_tags(connection: Connection, run: Crawl, id: int, seen: Sequence[tuple[Tag, str]], before: dict[str, str]) -> None:
    query = (
        select(image.c.identity, image.c.id)
        .join(project_image, project_image.c.image_id == image.c.id)
        .where(image.c.identity.in_({digest for _, digest in seen}), project_image.c.project_id == run.row.project_id)
    )
    ids = {row.identity: row.id for row in connection.execute(query)}
    now = time.time()
    there = [(each, digest) for each, digest in seen if digest in ids]
    new = insert(connection, tag)
    values = {name: new.excluded[name] for name in ("image_id", "pushed_at", "seen_at")}
    if there:
        connection.execute(
            new.on_conflict_do_update(index_elements=["repository_id", "name"], set_=values),
            [
                {
                    "repository_id": id,
                    "name": each.name,
                    "image_id": ids[digest],
                    "pushed_at": each.pushed_at,
                    "seen_at": max(now, run.started),
                }
                for each, digest in there
            ],
        )
    moved = [
        {"at": now, "repository_id": id, "name": each.name, "identity": digest}
        for each, digest in there
        if before.get(each.name) != digest
    ]
    if moved:
        connection.execute(tag_change.insert(), moved)


def _remove_tags(connection: Connection, id: int, names: Iterable[str], gone: Iterable[str]) -> None:
    """Deletes the rows of tags ``names``. The tags ``gone``, which the registry no longer has, also get a row of
    history.
    """
    removed, lost = list(names), [{"at": time.time(), "repository_id": id, "name": name, "identity": ""} for name in gone]
    for some in batches(removed, 500):
        connection.execute(delete(tag).where(tag.c.repository_id == id, tag.c.name.in_(some)))
    if lost:
        connection.execute(tag_change.insert(), lost)


def _position(row: Row[Any]) -> Position:
    now = time.time()
    if row.position:
        try:
            found = from_json(row.position, Position)
        except (msgspec.MsgspecError, ValueError):
            return Position(now)
        if 0 <= now - found.started < STALE_S:
            return found
    return Position(now)


def _note(connection: Connection, run: Crawl, position: Position) -> None:
    text = msgspec.json.encode(position).decode()
    connection.execute(update(registry).where(registry.c.id == run.row.id).values(position=text, kind=run.kind.name))


def _stop(fleet: Fleet, row: Row[Any], error: RetryError | Error) -> None:
    """Stores the error in the registry's row; the progress is kept. Raises RetryError if a later try may succeed."""
    log.warning("registry %d (%s): %s", row.id, row.host, error)
    with writing(fleet.engine) as connection:
        connection.execute(update(registry).where(registry.c.id == row.id).values(trouble=_trouble(fleet, error)))
        if not isinstance(error, RetryError):
            _schedule(connection, row)
    if isinstance(error, RetryError):
        raise error
    if isinstance(error, TooManyRequestsError):
        raise RetryError(str(error), WAIT_S)
    if isinstance(error, NetworkError) and not isinstance(error, CredentialsError):
        raise RetryError(str(error), RETRY_S)


def _trouble(fleet: Fleet, error: RetryError | Error) -> str:
    reason = reason_of(fleet.settings, error)
    if isinstance(error, RetryError):
        return f"listing the registry continues in {error.after_s:.0f} s: {reason}"
    lasting = isinstance(error, CredentialsError | SealError)
    return f"{reason}: {without_paths(fleet.settings, error.hint)}" if lasting and error.hint else reason


def _end(fleet: Fleet, row: Row[Any], run: Crawl, failures: Sequence[str]) -> None:
    shown = "; ".join(failures[:SHOWN])
    more = f"; and {len(failures) - SHOWN} more" if len(failures) > SHOWN else ""
    for failure in failures:
        log.warning("registry %d (%s): %s", row.id, row.host, failure)
    with writing(fleet.engine) as connection:
        connection.execute(
            update(registry)
            .where(registry.c.id == row.id)
            .values(position="", trouble=f"{shown}{more}", listed_at=time.time(), kind=run.kind.name)
        )
        _schedule(connection, row)


def _schedule(connection: Connection, row: Row[Any]) -> None:
    """Schedules the next crawl, one interval from now. Counting from when this one was due would start the next one at
    once after a slow crawl.
    """
    if row.every_s is not None:
        connection.execute(update(registry).where(registry.c.id == row.id).values(next_at=time.time() + row.every_s))
