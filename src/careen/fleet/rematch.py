"""Assesses the stored units again with a new database, without reading any image.

An update is a set of names in the advisories for which the answers differ. Units that depend on one of them are
assessed again. Then the images with a unit whose counts changed are counted, and the changes become events. The
remaining work is in tables (``rematch_unit``, ``rematch_score``, ``rematch_change``), so that an interrupted run
continues there. Each step is one transaction, and a repeated run changes nothing.
"""

import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import (
    Column,
    Connection,
    Insert,
    MetaData,
    Select,
    String,
    Table,
    Text,
    case,
    delete,
    literal,
    select,
    true,
)

from careen.app.databases import database_of
from careen.database.differences import differences
from careen.database.knowledge import answers_for_aliases, key_name
from careen.database.read import open_database
from careen.errors import DatabaseError
from careen.model.advisory import Repository, VulnerabilityRecord

from . import events, image_counts
from .assessing import Assessed, Assessor, assessor_of, current_assessor
from .connection import is_sqlite, writing
from .fleet import BACKGROUND, Fleet
from .joined import News
from .progress import Progress, progress_of, save
from .queue import Job
from .recorded import REPOSITORIES, VULNERABILITIES, Key
from .rows import batches, insert, insert_rows
from .scores import BOTH, TO_ASSESS, TO_COUNT, score, to_count
from .shared_advisories import SHIPPED
from .tables import (
    context,
    rematch_change,
    rematch_score,
    rematch_unit,
    unit,
    unit_finding,
    unit_source,
)
from .units import give_days
from .verdict_rows import (
    Row,
    changes_in,
    counts_in,
    counts_of,
    findings_of,
    write_counts,
    write_findings,
    write_sources,
    write_units,
)

NO_NEWS = News()
BATCH = 500  # units in one transaction
MANY = 500  # ids in one statement


class Rematched(Struct, frozen=True):
    """The result of a run: how many ``units`` were assessed again, how many ``images`` counted, how many ``events``
    made.
    """

    units: int = 0
    scores: int = 0
    images: int = 0
    events: int = 0
    seconds: float = 0.0


def after_update(fleet: Fleet, old_database: Path | None, new_database: Path, *, everything: bool = False) -> Rematched:
    """Assesses the units that an update affects. It assesses all units if the old database is missing, or is not the
    one that the fleet was assessed with. If a newer update begins meanwhile, the rest is left to that.
    """
    start = time.monotonic()
    with assessor_of(fleet, new_database) as assessor:
        _begin(fleet, assessor, old_database, new_database, everything=everything)
        scores = score(fleet, assessor.knowledge, assessor.build)
        units = sum(_assess_waiting(fleet, assessor))
    images = image_counts.count_after_update(fleet)
    made = _make_events(fleet)
    with writing(fleet.engine) as connection:
        known = progress_of(connection)
        if known.build == assessor.build:
            connection.execute(delete(rematch_unit).where(rematch_unit.c.phase == TO_COUNT))
            save(connection, replace(known, is_done=True, done=known.build))
    return Rematched(units, scores, images, made, time.monotonic() - start)


def everything(fleet: Fleet) -> Rematched:
    """Assesses all units again, because the code or the settings that affect verdicts have changed."""
    return after_update(fleet, None, database_of(fleet.settings), everything=True)


def job_of(owner: str) -> Job:
    """The job that does what is left of an update."""
    return Job("rematch", "rematch", b"", BACKGROUND, owner)


def assess_units(fleet: Fleet, unit_ids: Sequence[int], news: News = NO_NEWS) -> None:
    """Stores the first verdicts of units, by the current database; ``news`` contains those that are computed already.
    If an update has begun meanwhile, they are assessed again with its database.

    It makes no events, because the event of the new image reports them. The first database after the shipped facts
    makes none either.
    """
    if not unit_ids:
        return
    with current_assessor(fleet) as assessor:
        rest: Iterable[int] = unit_ids
        while some := list(rest):
            dated: list[int] = []
            for numbers in batches(some, BATCH):
                dated += _write(fleet, assessor.build, _assessed(assessor, _rows_of(fleet, numbers), news), is_first=True)
            with writing(fleet.engine) as connection:
                rest = give_days(connection, dated)
        with writing(fleet.engine) as connection:
            _note_spaces(connection, assessor, unit_ids)
            if assessor.has_database and SHIPPED != progress_of(connection).build > assessor.build:
                for some in batches(unit_ids, MANY):
                    outdated = select(unit.c.id, literal(TO_ASSESS)).where(unit.c.id.in_(some))
                    connection.execute(_waiting(connection, outdated))
                fleet.queue.add(connection, [job_of("an update")])


def forget_verdicts(connection: Connection, numbers: Sequence[int], since: float) -> None:
    """Discards the gates' decisions for these images if an update is running, or has begun since that time."""
    last = progress_of(connection)
    if not last.is_done or last.begun >= since:
        image_counts.forget_verdicts(connection, numbers)


# --- what has to be done ----------------------------------------------------------------------------------------------


def _begin(fleet: Fleet, assessor: Assessor, old: Path | None, new: Path, *, everything: bool) -> None:
    """Stores what the update has to do, in one transaction."""
    with fleet.engine.connect() as connection:
        known = progress_of(connection)
        spaces = list(connection.execute(select(unit_source.c.namespace).distinct()).scalars())
    states = {space: assessor.state_of(space) for space in spaces if space not in (VULNERABILITIES, REPOSITORIES)}
    if known.build == assessor.build and not everything and (not known.is_done or states == known.spaces):
        return
    changed: set[Key] | None = None
    scored: set[str] = set()
    if known.build == assessor.build and not everything:
        changed = set()  # the database is the same; only the date has changed
    elif not everything:
        changed, scored = _changed(old, new, known.build)
    with writing(fleet.engine) as connection:
        if changed is None:
            waiting = select(unit.c.id, literal(TO_ASSESS)).where(true())
            connection.execute(_waiting(connection, waiting))
        else:
            moved = [space for space, found in states.items() if known.spaces.get(space) != found]
            _note_units(connection, changed, moved)
            for ids in batches(sorted(scored), MANY):
                of_fleet = select(unit_finding.c.vulnerability).where(unit_finding.c.vulnerability.in_(ids)).distinct()
                adding = insert(connection, rematch_score).from_select(["vulnerability"], of_fleet)
                connection.execute(adding.on_conflict_do_nothing())
        save(connection, Progress(assessor.build, False, time.time(), states, known.done))


def _changed(old: Path | None, new: Path, build: str) -> tuple[set[Key] | None, set[str]]:
    """The look-ups whose results differ between the databases, and the vulnerabilities whose scores differ. None in
    place of the look-ups: anything may differ.
    """
    if old is None:
        return None, set()
    keys: set[Key] = set()
    scored: set[str] = set()
    try:
        with open_database(old) as before, open_database(new) as after:
            if before.info.built != build:
                return None, set()
            for found in differences(before, after):
                if found.kind == "epss":
                    scored.add(found.id)
                elif found.kind == "support":
                    continue  # it is a part of the namespace's fingerprint
                elif found.kind in ("record", "exploited"):
                    keys.add((VULNERABILITIES, found.id))
                    records = (*found.before, *found.after)
                    aliases = (answers_for_aliases(each) for each in records if isinstance(each, VulnerabilityRecord))
                    keys.update((VULNERABILITIES, alias) for names in aliases for alias in names)
                elif found.kind == "repository":
                    records = (*found.before, *found.after)
                    keys.update((REPOSITORIES, each.name) for each in records if isinstance(each, Repository))
                else:
                    keys.add((found.namespace, key_name(found.namespace, found.name)))
    except DatabaseError:
        return None, set()
    return keys, scored


def _note_units(connection: Connection, keys: Iterable[Key], spaces: Sequence[str]) -> None:
    """Stores the units that depend on a changed look-up, found with one join."""
    asked = Table(
        "rematch_key",
        MetaData(),
        Column("namespace", String(100), primary_key=True),
        Column("name", Text, primary_key=True),
        prefixes=["TEMPORARY"],
    )
    asked.drop(connection, checkfirst=True)
    asked.create(connection)
    for some in batches(keys, 10 * MANY):
        rows = [{"namespace": space, "name": name} for space, name in some]
        insert_rows(connection, insert(connection, asked).on_conflict_do_nothing(), rows)
    same = (unit_source.c.namespace == asked.c.namespace) & (unit_source.c.name == asked.c.name)
    named = select(unit_source.c.unit_id, literal(TO_ASSESS)).select_from(asked.join(unit_source, same)).where(true())
    connection.execute(_waiting(connection, named.distinct()))
    for space in spaces:
        whole = select(unit_source.c.unit_id, literal(TO_ASSESS)).where(unit_source.c.namespace == space).distinct()
        connection.execute(_waiting(connection, whole))
    asked.drop(connection)


def _note_spaces(connection: Connection, assessor: Assessor, unit_ids: Sequence[int]) -> None:
    """Stores the current fingerprints of these units' namespaces, which the next update compares."""
    known = progress_of(connection)
    asked: set[str] = set()
    for some in batches(unit_ids, MANY):
        of_units = select(unit_source.c.namespace).where(unit_source.c.unit_id.in_(some)).distinct()
        asked.update(connection.execute(of_units).scalars())
    new = asked - known.spaces.keys() - {VULNERABILITIES, REPOSITORIES}
    if new or not known.build:
        states = {space: assessor.state_of(space) for space in sorted(new)}
        first = {} if known.build else {"build": assessor.build, "done": assessor.build}
        save(connection, replace(known, spaces=known.spaces | states, **first))


# --- units ------------------------------------------------------------------------------------------------------------


def _assess_waiting(fleet: Fleet, assessor: Assessor) -> Iterator[int]:
    """Assesses the waiting units. Yields the number of units of each transaction. Ends early if another update has
    begun.

    A second thread writes the results of one batch while the next one is assessed.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="write") as pool:
        while True:
            last = ("", 0)
            written: Future[list[int]] | None = None
            while numbers := _waiting_after(fleet, last):
                results = _assessed(assessor, _rows_of(fleet, [number for _, number in numbers]))
                if written:
                    _assess_on_their_days(fleet, assessor, written.result())
                written = pool.submit(_write, fleet, assessor.build, results)
                last = numbers[-1]
                yield len(numbers)
            if written:
                _assess_on_their_days(fleet, assessor, written.result())
            with writing(fleet.engine) as connection:
                if _is_overtaken(connection, assessor.build) or not _note_missed(connection, assessor.build):
                    return


def _assess_on_their_days(fleet: Fleet, assessor: Assessor, dated: Sequence[int]) -> None:
    """Stores and assesses the variants of units that need the day of their images."""
    if not dated:
        return
    with writing(fleet.engine) as connection:
        new = give_days(connection, dated)
    for some in batches(new, BATCH):
        _write(fleet, assessor.build, _assessed(assessor, _rows_of(fleet, some)), is_first=True)
    with writing(fleet.engine) as connection:
        to_count(connection, new)


def _waiting_after(fleet: Fleet, last: tuple[str, int]) -> list[tuple[str, int]]:
    name, number = last
    waiting = (
        select(unit.c.name, unit.c.id)
        .join(rematch_unit, rematch_unit.c.unit_id == unit.c.id)
        .where(
            rematch_unit.c.phase != TO_COUNT,
            (unit.c.name > name) | ((unit.c.name == name) & (unit.c.id > number)),
        )
        .order_by(unit.c.name, unit.c.id)
        .limit(BATCH)
    )
    with fleet.engine.connect() as connection:
        return [(found, unit_id) for found, unit_id in connection.execute(waiting)]


def _is_overtaken(connection: Connection, build: str) -> bool:
    """Whether another update has begun: its verdicts must not be replaced by those of this one."""
    return progress_of(connection).build != build


def _note_missed(connection: Connection, build: str) -> bool:
    """Queues the units that another process has assessed with an older database since the run began. Returns whether there
    are any.
    """
    begun = progress_of(connection).begun
    missed = select(unit.c.id, literal(TO_ASSESS)).where(
        unit.c.assessed_at >= begun, unit.c.assessed_by != build, unit.c.assessed_by != ""
    )
    return connection.execute(_waiting(connection, missed)).rowcount > 0


def _rows_of(fleet: Fleet, numbers: Collection[int]) -> list[Row]:
    wanted = (
        select(unit.c.id, unit.c.key, unit.c.assessed_by, unit.c.data, context.c.data)
        .join(context, context.c.id == unit.c.context_id)
        .where(unit.c.id.in_(numbers))
        .order_by(unit.c.name, unit.c.id)
    )
    with fleet.engine.connect() as connection:
        return [
            Row(number, bytes(key), by, bytes(data), bytes(around))
            for number, key, by, data, around in connection.execute(wanted)
        ]


def _assessed(assessor: Assessor, rows: Iterable[Row], news: News = NO_NEWS) -> list[tuple[Row, Assessed]]:
    new = news.verdicts if news.build == assessor.build else {}
    return [(row, new.get(row.key) or assessor.assess(row.context, row.content)) for row in rows]


def _write(fleet: Fleet, build: str, results: Sequence[tuple[Row, Assessed]], *, is_first: bool = False) -> list[int]:
    """Writes the changes of units that were assessed with the database ``build``, in one transaction. Returns the
    numbers of units that need the day of their images.
    """
    now = time.time()
    with writing(fleet.engine) as connection:
        if not is_first and _is_overtaken(connection, build):
            return []
        numbers = [row.number for row, _ in results]
        if not is_sqlite(connection):  # another worker may write the first verdict of the same unit at this moment
            locked = select(unit.c.id).where(unit.c.id.in_(numbers)).order_by(unit.c.id).with_for_update(key_share=True)
            connection.execute(locked).all()
        changes = changes_in(findings_of(connection, numbers), results)
        known = counts_of(connection, numbers)
        counts = {row.number: counts_in(result) for row, result in results}
        to_report = {number: events.changes_of(number, found.before, found.after) for number, found in changes.items()}
        write_findings(connection, changes, now)
        write_units(connection, results, build, now)
        write_counts(connection, {number: count for number, count in counts.items() if known.get(number) != count})
        write_sources(connection, {row.number: result.sources for row, result in results})
        if not is_first:
            reported = (row.number for row, _ in results if row.assessed_by not in ("", SHIPPED))
            for some in batches((change for number in reported for change in to_report[number]), 10 * MANY):
                insert_rows(connection, insert(connection, rematch_change).on_conflict_do_nothing(), some)
            changed = {number for number in numbers if to_report[number] or known.get(number) != counts[number]}
            uncounted = (rematch_unit.c.unit_id.in_(numbers), rematch_unit.c.phase == BOTH)
            changed.update(connection.execute(select(rematch_unit.c.unit_id).where(*uncounted)).scalars())
            connection.execute(delete(rematch_unit).where(rematch_unit.c.unit_id.in_(numbers)))
            to_count(connection, changed)
    return [row.number for row, result in results if result.needs_day]


# --- events -----------------------------------------------------------------------------------------------------------


def _make_events(fleet: Fleet) -> int:
    made = 0
    while True:
        with writing(fleet.engine) as connection:
            found = events.from_changes(connection)
        if found is None:
            return made
        made += found


# --- helpers ----------------------------------------------------------------------------------------------------------


def _waiting(connection: Connection, units: Select[tuple[int, int]]) -> Insert:
    adding = insert(connection, rematch_unit).from_select(["unit_id", "phase"], units)
    phase = case((rematch_unit.c.phase == TO_ASSESS, TO_ASSESS), else_=BOTH)
    return adding.on_conflict_do_update(index_elements=["unit_id"], set_={"phase": phase})
