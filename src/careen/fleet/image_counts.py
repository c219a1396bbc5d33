"""The counts of findings of images, each the sum of those of its units.

After an update, threads read the counts of the next images while this thread writes those of the last ones. An image
whose counts another process has written in between is counted again in the transaction that writes.
"""

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from msgspec import Struct
from sqlalchemy import Column, ColumnElement, Connection, case, func, null, select, update

from . import rules
from .conditions import has_layers
from .connection import is_sqlite, writing
from .fleet import Fleet
from .rows import among, batches, update_rows
from .scores import TO_ASSESS
from .storable import COUNTS
from .tables import image, image_unit, policy, project_image, rematch_unit, unit_count

IMAGES = 10_000  # in one transaction, and in one statement: for each, PostgreSQL reads all of ``unit_count``
MANY = 1000  # ids in a list; more of them are read as a range, unless they are far apart
MANY_UNITS = 2000  # so many units are in nearly every image: all images are counted
READERS = 2

_FORGOTTEN = case((has_layers(), null()), else_=image.c.exit_code)  # an upload without layers keeps its own decision


class _Own(Struct, frozen=True):
    """What the row of an image has: when its counts were written, and whether its own data lower its coverage."""

    written_at: float | None
    lowered: bool


class _Counted(Struct, frozen=True):
    """The sums that were read for images, in the order of ``COUNTS``, and the rows of these images before."""

    sums: dict[int, tuple[int, ...]]
    own: dict[int, _Own]


def forget_verdicts(connection: Connection, numbers: Iterable[int]) -> None:
    """Discards the gates' decisions for these images, so that workers queue them again."""
    for some in batches(numbers, IMAGES):
        connection.execute(update(image).where(among(connection, image.c.id, some)).values(exit_code=_FORGOTTEN))
        forget_decided(connection, some)


def forget_all_verdicts(connection: Connection) -> None:
    """Discards the gates' decisions for all images."""
    connection.execute(update(image).where(image.c.exit_code.is_not(None)).values(exit_code=_FORGOTTEN))
    connection.execute(
        update(project_image).where(project_image.c.decided_by != "").values(decided_by="", decided_at=time.time())
    )


def forget_decided(connection: Connection, numbers: Sequence[int]) -> None:
    """Discards what the policies of projects have decided about these images (``project_verdicts``)."""
    deciding = select(policy.c.project_id).where(policy.c.name == rules.DEFAULT)
    decided = (among(connection, project_image.c.image_id, numbers), project_image.c.project_id.in_(deciding))
    connection.execute(update(project_image).where(*decided).values(decided_by="", decided_at=time.time()))


def count_images(connection: Connection, image_ids: Iterable[int]) -> None:
    """Counts these images and writes the result, within the caller's transaction."""
    for some in batches(sorted(image_ids), IMAGES):
        _write(connection, _read(connection, some))


def count_after_update(fleet: Fleet) -> int:
    """Counts the images with a unit whose counts changed (``rematch_unit``), in the order of their ids, and discards the
    gates' decisions for them. Returns how many images.
    """
    with fleet.engine.connect() as connection:
        changed = select(func.count()).select_from(rematch_unit).where(rematch_unit.c.phase != TO_ASSESS)
        units = connection.execute(changed).scalar_one()
        last = connection.execute(select(func.max(image.c.id))).scalar() or 0
    if not units:
        return 0

    def read(first: int) -> _Counted:
        with fleet.engine.connect() as connection:
            return _read(connection, _images_in(connection, first, units))

    count = 0
    with ThreadPoolExecutor(READERS, thread_name_prefix="count") as pool:
        for counted in _read_ahead(pool, read, range(0, last + 1, IMAGES)):
            with writing(fleet.engine) as connection:
                now = _own(connection, list(counted.own), for_update=True)
                changed_since = [number for number, own in counted.own.items() if now.get(number) != own]
                for number in changed_since:
                    counted.sums.pop(number, None)
                _write(connection, counted, forgetting=True)
                _write(connection, _read(connection, changed_since), forgetting=True)
                forget_decided(connection, list(counted.own))
            count += len(counted.own)
    return count


def _read_ahead(pool: ThreadPoolExecutor, read: Callable[[int], _Counted], starts: Iterable[int]) -> Iterator[_Counted]:
    """The results of ``read`` in order, at most ``READERS`` of them ahead of the one in use."""
    waiting: deque[Future[_Counted]] = deque()
    try:
        for start in starts:
            waiting.append(pool.submit(read, start))
            if len(waiting) > READERS:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()


def _images_in(connection: Connection, first: int, units: int) -> list[int]:
    """The ids of the images to count, among the ``IMAGES`` from ``first``. ``units``: how many units changed."""
    if units >= MANY_UNITS:
        wanted = select(image.c.id).where(image.c.id.between(first, first + IMAGES - 1))
    else:
        wanted = (
            select(image_unit.c.image_id)
            .join(rematch_unit, rematch_unit.c.unit_id == image_unit.c.unit_id)
            .where(rematch_unit.c.phase != TO_ASSESS, image_unit.c.image_id.between(first, first + IMAGES - 1))
            .distinct()
        )
    return list(connection.execute(wanted).scalars())


def _read(connection: Connection, numbers: Sequence[int]) -> _Counted:
    own = _own(connection, numbers)  # first: an image that changes afterwards is recognised
    sums = [func.sum(unit_count.c[name]) if name != "risk" else func.max(unit_count.c.risk) for name in COUNTS]
    counting = (
        select(image_unit.c.image_id, *sums)
        .join(unit_count, unit_count.c.unit_id == image_unit.c.unit_id)
        .group_by(image_unit.c.image_id)
    )
    counting = counting.where(_among(connection, image_unit.c.image_id, numbers))
    return _Counted({row[0]: tuple(row[1:]) for row in connection.execute(counting) if row[0] in own}, own)


def _among(connection: Connection, column: Column[int], numbers: Sequence[int]) -> ColumnElement[bool]:
    """A condition that holds for these ids and, if they are many and near each other, for the others between them: PostgreSQL
    reads a range in half the time of a list.
    """
    if len(numbers) <= MANY or max(numbers) - min(numbers) > 2 * len(numbers):
        return among(connection, column, numbers)
    return column.between(min(numbers), max(numbers))


def _own(connection: Connection, numbers: Sequence[int], *, for_update: bool = False) -> dict[int, _Own]:
    wanted = (
        select(image.c.id, image.c.assessed_at, image.c.lowered)
        .where(_among(connection, image.c.id, numbers))
        .order_by(image.c.id)
    )
    if for_update and not is_sqlite(connection):
        wanted = wanted.with_for_update()
    asked = set(numbers)
    rows = connection.execute(wanted)
    return {number: _Own(written_at, bool(lowered)) for number, written_at, lowered in rows if number in asked}


def _write(connection: Connection, counted: _Counted, *, forgetting: bool = False) -> None:
    """Writes what was counted. ``forgetting``: also discards the gates' decisions for these images."""
    rows = []
    for number, sums in counted.sums.items():
        counts: dict[str, object] = dict(zip(COUNTS, sums, strict=True))
        assessed, lowered = counts.pop("assessed"), counts.pop("lowered")
        is_lowered = lowered or counted.own[number].lowered
        coverage = "not_assessed" if not assessed else "partially_assessed" if is_lowered else "assessed"
        rows.append({"id": number, "coverage": coverage, **counts})
    same: dict[str, object] = {"assessed_at": time.time()}
    if forgetting:
        same["exit_code"] = _FORGOTTEN
    update_rows(connection, image, ["id"], rows, same)
