"""Assesses the stored units again with a new database, without reading any image.

An update is a set of names in the advisories for which the answers differ. Units that depend on one of them are
assessed again. Then the images with a unit whose counts changed are counted, and the changes become events. The
remaining work is in tables (``rematch_unit``, ``rematch_score``, ``rematch_change``), so that an interrupted run
continues there. Each step is one transaction, and a repeated run changes nothing.
"""

import os
import time
from collections.abc import Iterable, Iterator, Sequence
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
    func,
    literal,
    select,
    true,
    tuple_,
)

from careen.app.databases import database_of
from careen.database.differences import differences
from careen.database.knowledge import answers_for_aliases, key_name
from careen.database.read import open_database
from careen.errors import DatabaseError
from careen.model.advisory import Repository, VulnerabilityRecord

from . import events, image_counts, unit_batches
from .assessing import Assessor, assessor_of, current_assessor
from .connection import writing
from .fleet import BACKGROUND, Fleet
from .image_projects import ImageProjects
from .joined import News
from .progress import Progress, progress_of, save
from .queue import Job
from .recorded import REPOSITORIES, VULNERABILITIES, Key
from .rows import among, batches, insert, insert_rows
from .scores import BOTH, TO_ASSESS, TO_COUNT, score, to_count
from .shared_advisories import SHIPPED
from .side_by_side import Order, assess_side_by_side
from .tables import (
    rematch_score,
    rematch_unit,
    unit,
    unit_finding,
    unit_source,
)
from .units import give_days

BATCH = 500  # units in one transaction
MANY = 500  # ids in one statement
FEW = 5000  # units: other processes would take longer to start than they save
PROCESSES = 3  # at most, of about 200 MiB each


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
        units = sum(_assess_waiting(fleet, assessor, new_database))
    images = image_counts.count_after_update(fleet)
    made = _make_events(fleet)
    with writing(fleet.engine) as connection:
        known = progress_of(connection)
        if known.build == assessor.build:
            connection.execute(delete(rematch_unit).where(rematch_unit.c.phase == TO_COUNT))
            save(connection, replace(known, is_done=True, done=known.build, scores=assessor.scores))
    return Rematched(units, scores, images, made, time.monotonic() - start)


def everything(fleet: Fleet) -> Rematched:
    """Assesses all units again, because the code or the settings that affect verdicts have changed."""
    return after_update(fleet, None, database_of(fleet.settings), everything=True)


def job_of(owner: str) -> Job:
    """The job that does what is left of an update."""
    return Job("rematch", "rematch", b"", BACKGROUND, owner)


def assess_units(fleet: Fleet, unit_ids: Sequence[int], news: News = unit_batches.NO_NEWS) -> None:
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
                dated += _write_first(fleet, assessor, numbers, news)
            with writing(fleet.engine) as connection:
                rest = give_days(connection, dated)
        with writing(fleet.engine) as connection:
            _note_spaces(connection, assessor, unit_ids)
            if assessor.has_database and SHIPPED != progress_of(connection).build > assessor.build:
                for some in batches(unit_ids, MANY):
                    outdated = select(unit.c.id, literal(TO_ASSESS)).where(among(connection, unit.c.id, some))
                    connection.execute(_waiting(connection, outdated))
                fleet.queue.add(connection, [job_of("an update")])


def _write_first(fleet: Fleet, assessor: Assessor, numbers: Sequence[int], news: News = unit_batches.NO_NEWS) -> list[int]:
    results = unit_batches.assessed(assessor, unit_batches.rows_of(fleet.engine, numbers), news)
    return list(unit_batches.write(fleet.engine, assessor.build, results, is_first=True).dated)


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
    has_same = (states, assessor.scores) == (known.spaces, known.scores)
    if known.build == assessor.build and not everything and (not known.is_done or has_same):
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
        if assessor.scores != known.scores:  # gates may need the scores, also for images whose findings stay the same
            image_counts.forget_all_verdicts(connection)
        kept = tuple(name for name in assessor.scores if name in (known.scores or ()))
        save(connection, Progress(assessor.build, False, time.time(), states, known.done, kept))


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
        of_units = select(unit_source.c.namespace).where(among(connection, unit_source.c.unit_id, some)).distinct()
        asked.update(connection.execute(of_units).scalars())
    new = asked - known.spaces.keys() - {VULNERABILITIES, REPOSITORIES}
    if new or not known.build:
        states = {space: assessor.state_of(space) for space in sorted(new)}
        known = known if known.build else Progress(assessor.build, done=assessor.build, scores=assessor.scores)
        save(connection, replace(known, spaces=known.spaces | states))


# --- units ------------------------------------------------------------------------------------------------------------


def _assess_waiting(fleet: Fleet, assessor: Assessor, database: Path) -> Iterator[int]:
    """Assesses the waiting units. Yields the number of units of each transaction. Ends early if another update has
    begun. If many units wait, several processes assess them.
    """
    while True:
        waiting = _waiting_batches(fleet)
        rows = (unit_batches.rows_of(fleet.engine, numbers, again=True) for numbers in waiting)
        if processes := _processes(fleet):
            order = Order(fleet.settings, database, assessor.build, assessor.today)
            results = assess_side_by_side(order, rows, processes)
        else:
            results = (unit_batches.assessed(assessor, batch) for batch in rows)
        left = 0
        for batch in unit_batches.write_each(fleet.engine, assessor.build, results):
            _assess_on_their_days(fleet, assessor, batch.dated)
            left += batch.left
            yield batch.units
        with writing(fleet.engine) as connection:
            if unit_batches.is_overtaken(connection, assessor.build):
                return
            if not _note_missed(connection, assessor.build) and not left:
                return


def _processes(fleet: Fleet) -> int:
    """The number of processes to assess the waiting units with; 0 if this process alone does it."""
    with fleet.engine.connect() as connection:
        waiting = select(rematch_unit.c.unit_id).where(rematch_unit.c.phase != TO_COUNT).limit(FEW).subquery()
        is_small = connection.execute(select(func.count()).select_from(waiting)).scalar_one() < FEW
    processes = min(PROCESSES, os.cpu_count() or 1)
    return 0 if is_small or processes < 2 else processes


def _assess_on_their_days(fleet: Fleet, assessor: Assessor, dated: Sequence[int]) -> None:
    """Stores and assesses the variants of units that need the day of their images."""
    if not dated:
        return
    with writing(fleet.engine) as connection:
        new = give_days(connection, dated)
    for some in batches(new, BATCH):
        _write_first(fleet, assessor, some)
    with writing(fleet.engine) as connection:
        to_count(connection, new)


def _waiting_batches(fleet: Fleet) -> Iterator[list[int]]:
    """The waiting units in the order of their names, so that look-ups can be reused."""
    last = ("", 0)
    while found := _waiting_after(fleet, last):
        last = found[-1]
        yield [number for _, number in found]


def _waiting_after(fleet: Fleet, last: tuple[str, int]) -> list[tuple[str, int]]:
    waiting = (
        select(unit.c.name, unit.c.id)
        .join(rematch_unit, rematch_unit.c.unit_id == unit.c.id)
        .where(rematch_unit.c.phase != TO_COUNT, tuple_(unit.c.name, unit.c.id) > last)
        .order_by(unit.c.name, unit.c.id)
        .limit(BATCH)
    )
    with fleet.engine.connect() as connection:
        return [(found, unit_id) for found, unit_id in connection.execute(waiting)]


def _note_missed(connection: Connection, build: str) -> bool:
    """Queues the units that another process has assessed with an older database since the run began. Returns whether there
    are any.
    """
    begun = progress_of(connection).begun
    missed = select(unit.c.id, literal(TO_ASSESS)).where(
        unit.c.assessed_at >= begun, unit.c.assessed_by != build, unit.c.assessed_by != ""
    )
    return connection.execute(_waiting(connection, missed)).rowcount > 0


# --- events -----------------------------------------------------------------------------------------------------------


def _make_events(fleet: Fleet) -> int:
    made, projects = 0, ImageProjects(fleet.engine)
    while (found := events.from_changes(fleet.engine, projects)) is not None:
        made += found
    return made


# --- helpers ----------------------------------------------------------------------------------------------------------


def _waiting(connection: Connection, units: Select[tuple[int, int]]) -> Insert:
    adding = insert(connection, rematch_unit).from_select(["unit_id", "phase"], units)
    phase = case((rematch_unit.c.phase == TO_ASSESS, TO_ASSESS), else_=BOTH)
    return adding.on_conflict_do_update(index_elements=["unit_id"], set_={"phase": phase})
