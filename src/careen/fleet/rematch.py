"""Assesses the stored units again with a new database, without reading any image.

An update is a set of names in the advisories for which the answers differ. Units that depend on one of them are
assessed again. Then the images with a unit whose counts changed are counted, and the changes become events. The
remaining work is in tables (``rematch_unit``, ``rematch_score``, ``rematch_change``), so that an interrupted run
continues there. Each step is one transaction, and a repeated run changes nothing.
"""

import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Insert,
    MetaData,
    Select,
    String,
    Table,
    Text,
    bindparam,
    case,
    delete,
    func,
    literal,
    select,
    true,
    update,
)

from careen.app.databases import database_of
from careen.database.differences import differences
from careen.database.knowledge import answers_for_aliases, key_name
from careen.database.read import open_database
from careen.errors import DatabaseError
from careen.model.advisory import Repository, VulnerabilityRecord
from careen.model.finding import Vulnerability
from careen.safety.typed import from_msgpack

from . import events, rules
from .assessing import Assessor, assessor_of, current_assessor
from .conditions import has_layers
from .connection import is_sqlite, writing
from .fleet import BACKGROUND, Fleet
from .joined import News
from .progress import Progress, progress_of, save
from .queue import Job
from .recorded import REPOSITORIES, VULNERABILITIES, Key
from .rows import batches, insert
from .scores import BOTH, TO_ASSESS, TO_COUNT, score, to_count
from .shared_advisories import SHIPPED
from .tables import (
    context,
    image,
    image_unit,
    policy,
    project_image,
    rematch_change,
    rematch_score,
    rematch_unit,
    unit,
    unit_count,
    unit_finding,
    unit_source,
)
from .units import give_days
from .verdict_rows import COUNTS, Row, counts_in, counts_of, findings_of, write_findings, write_sources, write_units

NO_NEWS = News()
BATCH = 500  # units in one transaction
MANY = 500  # ids in one statement
IMAGES = 2000  # images counted in one transaction
MANY_UNITS = 2000  # so many units are in nearly every image: all images are counted


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
    images = _count_images(fleet)
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
                dated += _assess(fleet, assessor, _rows_of(fleet, numbers), news, is_first=True)
            with writing(fleet.engine) as connection:
                rest = give_days(connection, dated)
        with writing(fleet.engine) as connection:
            _note_spaces(connection, assessor, unit_ids)
            if assessor.has_database and SHIPPED != progress_of(connection).build > assessor.build:
                for some in batches(unit_ids, MANY):
                    outdated = select(unit.c.id, literal(TO_ASSESS)).where(unit.c.id.in_(some))
                    connection.execute(_waiting(connection, outdated))
                fleet.queue.add(connection, [job_of("an update")])


def count_images(connection: Connection, image_ids: Sequence[int]) -> None:
    """Sums up the counts of these images from the verdicts of their units."""
    sums = [func.sum(unit_count.c[name]) if name != "risk" else func.max(unit_count.c.risk) for name in COUNTS]
    counting = (
        select(image_unit.c.image_id, *sums)
        .join(unit_count, unit_count.c.unit_id == image_unit.c.unit_id)
        .group_by(image_unit.c.image_id)
    )
    for some in batches(image_ids, MANY):
        _write_counts(connection, counting.where(image_unit.c.image_id.in_(some)), image.c.id.in_(some))


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
        changed = set()  # the database is the same; only the day is another one
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
        connection.execute(
            insert(connection, asked).on_conflict_do_nothing(), [{"namespace": space, "name": name} for space, name in some]
        )
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
    """
    while True:
        last = ("", 0)
        while numbers := _waiting_after(fleet, last):
            dated = _assess(fleet, assessor, _rows_of(fleet, [number for _, number in numbers]))
            if dated:
                with writing(fleet.engine) as connection:
                    new = give_days(connection, dated)
                for some in batches(new, BATCH):
                    _assess(fleet, assessor, _rows_of(fleet, some), is_first=True)
                with writing(fleet.engine) as connection:
                    to_count(connection, new)
            last = numbers[-1]
            yield len(numbers)
        with writing(fleet.engine) as connection:
            if _is_overtaken(connection, assessor) or not _note_missed(connection, assessor.build):
                return


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


def _is_overtaken(connection: Connection, assessor: Assessor) -> bool:
    """Whether another update has begun: its verdicts must not be replaced by those of this one."""
    return progress_of(connection).build != assessor.build


def _note_missed(connection: Connection, build: str) -> bool:
    """Stores units for another assessment that another process has assessed with an older database since the run began.
    Returns whether there are any.
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


def _assess(
    fleet: Fleet, assessor: Assessor, rows: Sequence[Row], news: News = NO_NEWS, *, is_first: bool = False
) -> list[int]:
    """Assesses units and writes the changes, in one transaction. Returns the numbers of units that need the day of
    their images.
    """
    new = news.verdicts if news.build == assessor.build else {}
    results = [(row, new.get(row.key) or assessor.assess(row.context, row.content)) for row in rows]
    now = time.time()
    with writing(fleet.engine) as connection:
        if not is_first and _is_overtaken(connection, assessor):
            return []
        numbers = [row.number for row in rows]
        if not is_sqlite(connection):  # another worker may write the first verdict of the same unit at this moment
            locked = select(unit.c.id).where(unit.c.id.in_(numbers)).order_by(unit.c.id).with_for_update(key_share=True)
            connection.execute(locked).all()
        before = findings_of(connection, numbers)
        counts = counts_of(connection, numbers)
        changed: list[int] = []
        changes: list[dict[str, object]] = []
        write_findings(connection, before, results, now)
        for row, result in results:
            known = [from_msgpack(data, Vulnerability) for data in before.get(row.number, {}).values()]
            of_unit = events.changes_of(row.number, known, result.verdict.found)
            if of_unit or counts.get(row.number) != counts_in(result):
                changed.append(row.number)
            if row.assessed_by not in ("", SHIPPED) and not is_first:
                changes += of_unit
        write_units(connection, results, assessor.build, now)
        write_sources(connection, {row.number: result.sources for row, result in results})
        for some in batches(changes, MANY):
            connection.execute(insert(connection, rematch_change).on_conflict_do_nothing(), some)
        if not is_first:
            uncounted = (rematch_unit.c.unit_id.in_(numbers), rematch_unit.c.phase == BOTH)
            changed += connection.execute(select(rematch_unit.c.unit_id).where(*uncounted)).scalars()
            connection.execute(delete(rematch_unit).where(rematch_unit.c.unit_id.in_(numbers)))
            to_count(connection, changed)
    return [row.number for row, result in results if result.needs_day]


# --- images and events ------------------------------------------------------------------------------------------------


def _count_images(fleet: Fleet) -> int:
    """Counts the images with a unit whose counts changed, in the order of their numbers. Returns how many."""
    with fleet.engine.connect() as connection:
        uncounted = rematch_unit.c.phase != TO_ASSESS
        units = connection.execute(select(func.count()).select_from(rematch_unit).where(uncounted)).scalar_one()
        last = connection.execute(select(func.max(image.c.id))).scalar() or 0
    if not units:
        return 0
    count = 0
    for first in range(0, last + 1, IMAGES):
        of_range = (image_unit.c.image_id >= first) & (image_unit.c.image_id < first + IMAGES)
        with writing(fleet.engine) as connection:
            if units >= MANY_UNITS:
                numbers = list(
                    connection.execute(select(image.c.id).where(image.c.id.between(first, first + IMAGES - 1))).scalars()
                )
            else:
                affected = (
                    select(image_unit.c.image_id)
                    .join(rematch_unit, rematch_unit.c.unit_id == image_unit.c.unit_id)
                    .where(uncounted, of_range)
                    .distinct()
                )
                numbers = list(connection.execute(affected).scalars())
            count_images(connection, numbers)
            forget_verdicts(connection, numbers)
            count += len(numbers)
    return count


def forget_verdicts(connection: Connection, numbers: Sequence[int], since: float | None = None) -> None:
    """Discards the gates' decisions for these images, so that workers queue them again. With
    ``since``, only if an update is running, or has begun since that time.
    """
    if since is not None:
        last = progress_of(connection)
        if last.is_done and last.begun < since:
            return
    for some in batches(numbers, MANY):
        scanned = image.c.id.in_(some) & has_layers()
        connection.execute(update(image).where(scanned).values(exit_code=None))
        forget_decided(connection, some)


def forget_decided(connection: Connection, numbers: Sequence[int]) -> None:
    """Discards what the policies of projects have decided about these images (``project_verdicts``)."""
    deciding = select(policy.c.project_id).where(policy.c.name == rules.DEFAULT)
    decided = (project_image.c.image_id.in_(numbers), project_image.c.project_id.in_(deciding))
    connection.execute(update(project_image).where(*decided).values(decided_by="", decided_at=time.time()))


def _write_counts(connection: Connection, counting: Select[tuple[int, ...]], of_images: ColumnElement[bool]) -> None:
    own = dict(connection.execute(select(image.c.id, image.c.lowered).where(of_images)).all())
    rows = []
    for row in connection.execute(counting):
        number = row[0]
        counts: dict[str, object] = dict(zip(COUNTS, row[1:], strict=True))
        assessed, lowered = counts.pop("assessed"), counts.pop("lowered")
        is_lowered = lowered or own.get(number)
        counts["coverage"] = "not_assessed" if not assessed else "partially_assessed" if is_lowered else "assessed"
        rows.append({"number": number, **{f"new_{name}": value for name, value in counts.items()}})
    if rows:
        columns: dict[str, Any] = {name: bindparam(f"new_{name}") for name in (*COUNTS[2:], "coverage")}
        writing_one = update(image).where(image.c.id == bindparam("number"))
        connection.execute(writing_one.values(assessed_at=time.time(), **columns), rows)


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
