"""Assesses units in batches, and writes the verdicts of each batch in one transaction: only what differs from the stored
ones, with the changes that become events. Units of an update leave its table of waiting ones in the same transaction.
"""

import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from msgspec import Struct
from sqlalchemy import Connection, Engine, delete, select

from . import events
from .assessing import Assessor
from .connection import writing
from .joined import News
from .progress import progress_of
from .rows import among, batches, insert, insert_rows
from .scores import BOTH, to_count
from .shared_advisories import SHIPPED
from .storable import Storable, storable
from .tables import context, rematch_change, rematch_unit, unit
from .verdict_rows import (
    Row,
    changes_in,
    counts_of,
    digests_of,
    findings_of,
    has_lost,
    last_verdicts,
    write_counts,
    write_digests,
    write_findings,
    write_sources,
    write_units,
)

NO_NEWS = News()
MANY = 5000  # changes in one statement


Results = Sequence[tuple[Row, Storable]]


class Written(Struct, frozen=True):
    """A batch that an update has assessed and written: how many ``units``, and those that need the day of their images."""

    units: int
    dated: tuple[int, ...] = ()
    left: int = 0  # units whose findings another process has changed meanwhile: they have to be assessed again


def write_each(engine: Engine, build: str, results: Iterable[Results]) -> Iterator[Written]:
    """Writes the verdicts of batches of an update. A second thread writes one batch while the next one is assessed."""
    with ThreadPoolExecutor(1, thread_name_prefix="write") as pool:
        last: Future[Written] | None = None
        for batch in results:
            if last:
                yield last.result()
            last = pool.submit(write, engine, build, batch)
        if last:
            yield last.result()


def rows_of(engine: Engine, numbers: Collection[int], *, again: bool = False) -> list[Row]:
    """What is to be assessed. ``again``: results are compared with stored ones by their digests."""
    wanted = (
        select(unit.c.id, unit.c.key, unit.c.assessed_by, unit.c.data, context.c.data)
        .join(context, context.c.id == unit.c.context_id)
        .order_by(unit.c.name, unit.c.id)
    )
    with engine.connect() as connection:
        known = digests_of(connection, numbers) if again else {}
        wanted = wanted.where(among(connection, unit.c.id, numbers))
        return [
            Row(number, bytes(key), by, bytes(data), bytes(around), known.get(number))
            for number, key, by, data, around in connection.execute(wanted)
        ]


def assessed(assessor: Assessor, rows: Iterable[Row], news: News = NO_NEWS) -> Results:
    new = news.verdicts if news.build == assessor.build else {}
    return [(row, storable(new.get(row.key) or assessor.assess(row.context, row.content), row.digests)) for row in rows]


def write(engine: Engine, build: str, results: Results, *, is_first: bool = False) -> Written:
    """Writes the changes of units that were assessed with the database ``build``, in one transaction. A result whose stored
    findings another process has changed since they were read is not written.
    """
    now = time.time()
    with writing(engine) as connection:
        progress = progress_of(connection)
        if not is_first and progress.build != build:  # another update has begun: its verdicts stay
            return Written(0)
        last = last_verdicts(connection, [row.number for row, _ in results])
        compared = [row.number for row, _ in results if row.digests is not None]
        digests = digests_of(connection, compared) if compared else {}
        all_results, results = results, [each for each in results if each[0].digests in (None, digests.get(each[0].number))]
        numbers = [row.number for row, _ in results]
        to_compare = [row.number for row, result in results if has_lost(row, result)]
        changes = changes_in(findings_of(connection, to_compare), results)
        known = counts_of(connection, numbers)
        counts = {row.number: result.counts for row, result in results}
        to_report = {number: events.changes_of(number, found.before, found.after) for number, found in changes.items()}
        write_findings(connection, changes, now)
        write_units(connection, last, results, build, now, None if is_first else progress.begun)
        write_counts(connection, {number: count for number, count in counts.items() if known.get(number) != count})
        write_digests(
            connection,
            {row.number: result.digests for row, result in results if row.digests != result.digests},
        )
        write_sources(connection, {row.number: result.sources for row, result in results})
        if not is_first:
            reported = (row.number for row, _ in results if row.assessed_by not in ("", SHIPPED))
            for some in batches((change for number in reported for change in to_report[number]), MANY):
                insert_rows(connection, insert(connection, rematch_change).on_conflict_do_nothing(), some)
            changed = {number for number in numbers if to_report[number] or known.get(number) != counts[number]}
            uncounted = (among(connection, rematch_unit.c.unit_id, numbers), rematch_unit.c.phase == BOTH)
            changed.update(connection.execute(select(rematch_unit.c.unit_id).where(*uncounted)).scalars())
            connection.execute(delete(rematch_unit).where(among(connection, rematch_unit.c.unit_id, numbers)))
            to_count(connection, changed)
    dated = tuple(row.number for row, result in results if result.needs_day)
    return Written(len(results), dated, len(all_results) - len(results))


def is_overtaken(connection: Connection, build: str) -> bool:
    """Whether another update has begun: its verdicts must not be replaced by those of this one."""
    return progress_of(connection).build != build
