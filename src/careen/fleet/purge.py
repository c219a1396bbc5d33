"""Removes data that no rule keeps, in small transactions, so that other processes never wait long.

An image is kept as long as a tag points to it, it runs, or it was uploaded or enrolled by its name, until no project has
it any more. A crawl removes the tags that its registry's choice no longer includes. If a registry is not crawled at
intervals, its tags arrive by webhooks, and are removed here: all but the newest of each repository and those whose images
run. Units are kept as long as an image contains them. Finished rows (old events, sent messages) are removed by age. From
the store it removes entries that belong to no layer of the fleet, and old entries that can be recomputed.
"""

import time
from collections.abc import Callable, Sequence

from msgspec import Struct
from sqlalchemy import Column, Connection, Table, and_, delete, func, or_, select, tuple_, update

from careen.app.wiring import limits_of
from careen.layers.index import delta_key
from careen.safety.typed import from_json

from .bulk import bulk, row_key
from .connection import writing
from .fleet import Fleet
from .registries import Choice
from .shared_advisories import STATE as ADVISORIES
from .shared_advisories import Published, key_of
from .tables import (
    context,
    delivery,
    event,
    event_project,
    image,
    image_unit,
    layer,
    notified,
    outbox,
    project_image,
    registry,
    rematch_change,
    rematch_unit,
    repository,
    state,
    subscription,
    tag,
    tag_change,
    unit,
    unit_count,
    unit_digest,
    unit_finding,
    unit_package,
    unit_source,
)

BATCH = 500  # rows of images, units or tags in one transaction
DAY_S = 86_400.0
OF_UNIT = (unit_finding, unit_source, unit_count, unit_digest, unit_package, rematch_unit, rematch_change, image_unit)


class Retention(Struct, frozen=True):
    """For how many days a purge keeps data. ``grace_days``: younger images stay even if no tag points to them."""

    runs_days: float = 7.0  # an image counts as running for so long after it was last seen running
    grace_days: float = 1.0
    events_days: float = 180.0
    messages_days: float = 30.0  # counted from when they were sent, or given up
    collected: int = 10_000  # events that wait for the end of the pause of a subscription
    prepared_days: float = 7.0  # reports in the form of an interface


class Purged(Struct, frozen=True):
    tags: int = 0
    images: int = 0
    units: int = 0
    events: int = 0


def purge(fleet: Fleet, rules: Retention, now: float | None = None) -> Purged:
    now = time.time() if now is None else now
    _in_batches(fleet, lambda connection: _stopped(connection, now - rules.runs_days * DAY_S))
    tags = sum(_tags(fleet, number, newest, now) for number, newest in _bounded_repositories(fleet))
    images = _in_batches(fleet, lambda connection: _images(connection, rules, now))
    units = _in_batches(fleet, _units)
    _in_batches(fleet, lambda connection: _collected(connection, rules.collected))
    _in_batches(fleet, lambda connection: _gathered(connection, now - rules.messages_days * DAY_S))
    _in_batches(fleet, lambda connection: _sent(connection, now - rules.messages_days * DAY_S))
    with writing(fleet.engine) as connection:
        connection.execute(delete(notified).where(notified.c.at < now - rules.messages_days * DAY_S))
    events = _in_batches(fleet, lambda connection: _old(connection, event, now - rules.events_days * DAY_S))
    events += _in_batches(fleet, lambda connection: _old(connection, tag_change, now - rules.events_days * DAY_S))
    _of_layers_that_are_gone(fleet, now - rules.grace_days * DAY_S)
    _in_batches(fleet, lambda connection: _old_bulk(connection, rules, now))
    return Purged(tags, images, units, events)


def _of_layers_that_are_gone(fleet: Fleet, before: float) -> None:
    """Removes from the store the content of layers that no image contains any more, or that other versions of the
    readers have read.
    """
    from .layers import readers_of

    readers, limits = readers_of(fleet), limits_of(fleet.settings)
    with fleet.engine.connect() as connection:
        known = {row_key(delta_key(digest, readers, limits)) for digest in connection.execute(select(layer.c.digest)).scalars()}
    last = b""
    while True:
        page = select(bulk.c.key).where(bulk.c.kind == "delta", bulk.c.key > last, bulk.c.stored_at < before)
        with writing(fleet.engine) as connection:
            keys = [bytes(key) for key in connection.execute(page.order_by(bulk.c.key).limit(BATCH)).scalars()]
            gone = [key for key in keys if key not in known]
            if gone:
                connection.execute(delete(bulk).where(bulk.c.key.in_(gone)))
        if not keys:
            return
        last = keys[-1]


def _old_bulk(connection: Connection, rules: Retention, now: float) -> int:
    """Removes old entries that can be recomputed, such as inventories, and all but the newest parts of the advisories.
    Returns how many.
    """
    published = connection.execute(select(state.c.value).where(state.c.key == ADVISORIES)).scalar()
    parts = [row_key(key_of(part)) for part in from_json(bytes(published), Published).parts] if published else []
    is_old = bulk.c.kind.not_in(("delta", "advisories")) & (bulk.c.stored_at < now - rules.events_days * DAY_S)
    is_old |= (bulk.c.kind == "interface") & (bulk.c.stored_at < now - rules.prepared_days * DAY_S)
    is_former = (bulk.c.kind == "advisories") & bulk.c.key.not_in(parts) & (bulk.c.stored_at < now - rules.grace_days * DAY_S)
    keys = list(connection.execute(select(bulk.c.key).where(or_(is_old, is_former)).limit(BATCH)).scalars())
    if keys:
        connection.execute(delete(bulk).where(bulk.c.key.in_(keys)))
    return len(keys)


def _in_batches(fleet: Fleet, remove: Callable[[Connection], int]) -> int:
    removed = 0
    while True:
        with writing(fleet.engine) as connection:
            some = remove(connection)
        if not some:
            return removed
        removed += some


def _stopped(connection: Connection, before: float) -> int:
    """Ends the state ``runs`` of images that no agent of the project has reported since then. Returns how many."""
    of_project = (project_image.c.project_id, project_image.c.image_id)
    stopped = connection.execute(select(*of_project).where(project_image.c.runs_at < before).limit(BATCH)).all()
    if stopped:
        connection.execute(update(project_image).where(tuple_(*of_project).in_(map(tuple, stopped))).values(runs_at=None))
    return len(stopped)


def _bounded_repositories(fleet: Fleet) -> list[tuple[int, int]]:
    """The repositories with a number of tags to keep that no crawl enforces: their ids, with this number."""
    bounded = (
        select(repository.c.id, registry.c.wanted)
        .join(registry, registry.c.id == repository.c.registry_id)
        .where(registry.c.every_s.is_(None), registry.c.wanted != b"")
    )
    with fleet.engine.connect() as connection:
        found = [(number, from_json(bytes(wanted), Choice).newest) for number, wanted in connection.execute(bounded)]
    return [(number, newest) for number, newest in found if newest]


def _tags(fleet: Fleet, number: int, newest: int, now: float) -> int:
    """Removes the older tags of a repository whose images do not run in its project. Returns how many."""
    with writing(fleet.engine) as connection:
        by_age = func.coalesce(tag.c.pushed_at, tag.c.seen_at).desc()
        kept = select(tag.c.id).where(tag.c.repository_id == number).order_by(by_age, tag.c.id.desc()).limit(newest)
        running = (
            select(project_image.c.image_id)
            .join(registry, registry.c.project_id == project_image.c.project_id)
            .join(repository, repository.c.registry_id == registry.c.id)
            .where(repository.c.id == number, project_image.c.runs_at.is_not(None))
        )
        left = and_(
            tag.c.repository_id == number,
            tag.c.id.not_in(list(connection.execute(kept).scalars())),
            tag.c.image_id.not_in(running),
        )
        rows = connection.execute(select(tag.c.id, tag.c.name).where(left)).all()
        gone = [{"at": now, "repository_id": number, "name": name, "identity": ""} for _, name in rows]
        if gone:
            connection.execute(tag_change.insert(), gone)
        for first in range(0, len(rows), BATCH):
            ids = [row[0] for row in rows[first : first + BATCH]]
            connection.execute(delete(tag).where(tag.c.id.in_(ids)))
    return len(rows)


def _images(connection: Connection, rules: Retention, now: float) -> int:
    tagged = select(tag.c.id).where(tag.c.image_id == image.c.id)
    was_tagged = select(tag_change.c.id).where(
        tag_change.c.identity == image.c.identity
    )  # an image that never had a tag is kept
    before = now - rules.grace_days * DAY_S
    has_it = or_(project_image.c.deleted_at.is_(None), project_image.c.deleted_at > before, project_image.c.seen_at > before)
    seen = select(project_image.c.image_id).where(project_image.c.image_id == image.c.id, has_it)
    runs = select(project_image.c.image_id).where(project_image.c.image_id == image.c.id, project_image.c.runs_at.is_not(None))
    is_left = and_(image.c.kind == "image", was_tagged.exists(), ~runs.exists())
    is_left &= ~seen.where(project_image.c.lasts, project_image.c.deleted_at.is_(None)).exists()
    free = select(image.c.id).where(
        or_(is_left, ~seen.exists()),
        image.c.enrolled_at < before,
        image.c.state.in_(("ready", "failed")),
        ~tagged.exists(),
    )
    return remove_images(connection, list(connection.execute(free.limit(BATCH)).scalars()))


def remove_images(connection: Connection, numbers: Sequence[int]) -> int:
    """Removes images, with the rows that refer to them. Returns how many."""
    if numbers:
        connection.execute(delete(image_unit).where(image_unit.c.image_id.in_(numbers)))
        events = select(event.c.id).where(event.c.image_id.in_(numbers))
        for table in (outbox, event_project):
            connection.execute(delete(table).where(table.c.event_id.in_(events)))
        connection.execute(delete(event).where(event.c.image_id.in_(numbers)))
        connection.execute(delete(image).where(image.c.id.in_(numbers)))
    return len(numbers)


def _units(connection: Connection) -> int:
    """Removes units that no image contains; returns how many. ``dated`` ones stay: they show which packages need the
    day of an image.
    """
    has = select(image_unit.c.unit_id).where(image_unit.c.unit_id == unit.c.id)
    unused = select(unit.c.id).where(~has.exists(), ~unit.c.dated).limit(BATCH)
    removed = remove_units(connection, list(connection.execute(unused).scalars()))
    if removed:
        remove_unused_contexts(connection)
    return removed


def remove_units(connection: Connection, numbers: Sequence[int]) -> int:
    """Removes those of the units that no image contains; returns how many.

    Another process may store an image with one of them at this moment, and holds a lock on it then (``units``): a unit
    that is locked stays, and whether an image contains it is asked after it is locked here.
    """
    locked = select(unit.c.id).where(unit.c.id.in_(numbers)).with_for_update(skip_locked=True)
    free = set(connection.execute(locked).scalars())
    used = select(image_unit.c.unit_id).where(image_unit.c.unit_id.in_(free))
    free -= set(connection.execute(used).scalars())
    for column in (*(table.c.unit_id for table in OF_UNIT), unit.c.id):
        connection.execute(delete(column.table).where(column.in_(free)))
    return len(free)


def remove_unused_contexts(connection: Connection) -> None:
    """Removes contexts without units, as ``remove_units`` removes units."""
    used = select(unit.c.id).where(unit.c.context_id == context.c.id)
    unused = select(context.c.id).where(~used.exists())
    free = list(connection.execute(unused.with_for_update(skip_locked=True)).scalars())
    for first in range(0, len(free), BATCH):
        connection.execute(delete(context).where(context.c.id.in_(free[first : first + BATCH]), ~used.exists()))


def _collected(connection: Connection, most: int) -> int:
    """Removes the oldest events that wait for the end of a pause, if more than ``most`` wait; returns how many. Their number
    is kept for the message that ends the pause.
    """
    waiting = and_(outbox.c.subscription_id == subscription.c.id, outbox.c.state.in_(("waiting", "wanted")))
    newest = select(outbox.c.id).where(waiting).order_by(outbox.c.id.desc())
    first_left_out = newest.offset(most).limit(1).correlate(subscription).scalar_subquery()
    paused = select(subscription.c.id, first_left_out.label("last")).where(subscription.c.paused).subquery()
    removed = 0
    for number, last in connection.execute(select(paused).where(paused.c.last.is_not(None)).limit(BATCH)).all():
        old = select(outbox.c.id).where(
            outbox.c.subscription_id == number, outbox.c.state.in_(("waiting", "wanted")), outbox.c.id <= last
        )
        some = _delete(
            connection, outbox, outbox.c.id, list(connection.execute(old.order_by(outbox.c.id).limit(BATCH)).scalars())
        )
        one = update(subscription).where(subscription.c.id == number)
        connection.execute(one.values(left_out=subscription.c.left_out + some))
        removed += some
    return removed


def _gathered(connection: Connection, before: float) -> int:
    old = and_(outbox.c.state.in_(("gathered", "skipped")), outbox.c.at < before)
    return _delete(
        connection, outbox, outbox.c.id, list(connection.execute(select(outbox.c.id).where(old).limit(BATCH)).scalars())
    )


def _sent(connection: Connection, before: float) -> int:
    """Removes old messages that were sent or given up; returns how many. Unsent messages are kept at any age."""
    old = and_(delivery.c.state.in_(("sent", "dead")), delivery.c.next_at < before)
    return _delete(
        connection, delivery, delivery.c.id, list(connection.execute(select(delivery.c.id).where(old).limit(BATCH)).scalars())
    )


def _old(connection: Connection, table: Table, before: float) -> int:
    """Removes the oldest rows of a table, up to one batch; returns how many. Events that the outbox refers to are kept."""
    old = select(table.c.id).where(table.c.at < before)
    if table is event:
        waits = select(outbox.c.id).where(outbox.c.event_id == event.c.id)
        old = old.where(~waits.exists())
    numbers = list(connection.execute(old.order_by(table.c.id).limit(BATCH)).scalars())
    if table is event:
        _delete(connection, event_project, event_project.c.event_id, numbers)
    return _delete(connection, table, table.c.id, numbers)


def _delete(connection: Connection, table: Table, column: Column[int], numbers: Sequence[int]) -> int:
    if numbers:
        connection.execute(delete(table).where(column.in_(numbers)))
    return len(numbers)
