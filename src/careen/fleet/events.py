"""Events, and the rows that send them, written in the same transaction as the change they report.

A new database makes one event for each vulnerability and package, with the number of images, and never one for each
image. An image that becomes ready makes events, with what it introduces to a project. A project sees the events of its images,
with its own count of images. An event that concerns the whole service, such as a failed source, is visible to all
projects.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from heapq import nsmallest
from typing import Any

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Integer,
    Row,
    ScalarSelect,
    Text,
    case,
    cast,
    func,
    select,
    tuple_,
    type_coerce,
)

from careen.model.finding import Vulnerability
from careen.safety.typed import from_json

from .conditions import visible
from .connection import writing
from .image_projects import Counted, ImageProjects
from .notifications.rules import SEVERITIES, rank, rule_of
from .rows import among, batches
from .tables import (
    event,
    event_project,
    image,
    image_unit,
    outbox,
    project,
    project_image,
    rematch_change,
    subscription,
    unit,
    unit_finding,
    unit_source,
)

KEYS = 200  # pairs of vulnerability and package per transaction, or units in one statement
READERS = 2
SHOWN = 20  # findings that an image introduced, in its event
REASON = 500  # characters
Key = tuple[object, object, object]
Seen = Mapping[Key, int]  # how many images of a project each event is about
_Change = tuple[str, str, str]  # kind, vulnerability, package


def after_ready(connection: Connection, image_id: int, project_id: int | None = None) -> None:
    """Adds the events for an image that became ready, for all projects that see it. Each gets the vulnerabilities that
    none of its other images has. With ``project_id``: for this project alone, which comes to see the image later.
    """
    now = time.time()
    detail = _image_detail(connection, image_id)
    if detail is None:
        return
    projects = [project_id] if project_id is not None else _projects_of(connection, image_id)
    made = _event(now, "image_ready", image_id=image_id, images=1, detail=detail)
    _add(connection, [made], {number: {_key(made): 1} for number in projects})
    for number in projects:
        introduced, severity = _introduced(connection, image_id, number)
        if introduced:
            more = {**detail, **introduced}
            made = _event(now, "introduced", detail=more, severity=severity, image_id=image_id, images=1)
            _add(connection, [made], {number: {_key(made): 1}})


def _introduced(connection: Connection, image_id: int, project_id: int) -> tuple[dict[str, object], str]:
    """What an image introduces to a project, and the worst severity of it. Both are empty if that is nothing.

    The same package can be two units, if one image has it from an SBOM: then its findings are compared.
    """
    names = ("vulnerability", "package", "risk", "severity", "fix_state", "exploited")
    columns = [unit_finding.c[name] for name in names]
    found: list[Row[Any]] = []
    for some in batches(_new_units(connection, image_id, project_id), KEYS):
        known = _known_findings(connection, some, image_id, project_id)
        of_units = among(connection, unit_finding.c.unit_id, some)
        rows = connection.execute(select(*columns).where(of_units, unit_finding.c.confidence != "possible"))
        found += [row for row in rows if (row.vulnerability, row.package) not in known]
    if not found:
        return {}, ""
    worst = nsmallest(SHOWN, ((-row.risk, row.vulnerability, row.package) for row in found))
    detail: dict[str, object] = {
        "count": len(found),
        "worst": [[id, package] for _, id, package in worst],
        "fixable": sum(row.fix_state == "fixed" for row in found),
        "exploited": sum(row.exploited for row in found),
    }
    return detail, SEVERITIES[max(rank(row.severity) for row in found)]


def _new_units(connection: Connection, image_id: int, project_id: int) -> list[int]:
    """The units of an image that no other image of the project has. Each is looked up by itself until the first such image:
    the effort does not grow with the fleet.
    """
    new = select(image_unit.c.unit_id).where(
        image_unit.c.image_id == image_id, _is_elsewhere(image_unit.c.unit_id, image_id, project_id).is_(None)
    )
    return list(connection.execute(new).scalars())


def _known_findings(connection: Connection, numbers: Sequence[int], image_id: int, project_id: int) -> set[tuple[str, str]]:
    """The vulnerabilities and packages of these units that other units have, too, in other images of the project."""
    same = unit_finding.alias()
    pairs = (
        select(same.c.unit_id, same.c.vulnerability, same.c.package)
        .where(same.c.vulnerability == unit_finding.c.vulnerability, same.c.package == unit_finding.c.package)
        .where(same.c.unit_id != unit_finding.c.unit_id, same.c.confidence != "possible")
        .where(among(connection, unit_finding.c.unit_id, numbers))
    )
    found = connection.execute(pairs).all()  # nearly always none
    others = sorted({row.unit_id for row in found})
    seen: set[int] = set()
    for some in batches(others, KEYS):
        of_units = select(unit.c.id).where(among(connection, unit.c.id, some))
        elsewhere = _is_elsewhere(unit.c.id, image_id, project_id)
        seen.update(connection.execute(of_units.where(elsewhere.is_not(None))).scalars())
    return {(row.vulnerability, row.package) for row in found if row.unit_id in seen}


def _is_elsewhere(unit_id: ColumnElement[int], image_id: int, project_id: int) -> ScalarSelect[int]:
    """The number of another image of the project that has the unit; NULL if there is none."""
    other = image_unit.alias()
    of_others = (other.c.unit_id == unit_id, other.c.image_id != image_id, visible(project_id, other.c.image_id))
    return select(other.c.image_id).where(*of_others).limit(1).correlate_except(other).scalar_subquery()


def after_failure(connection: Connection, image_id: int, reason: str) -> None:
    """Adds the event for an image that could not be read or assessed, and is not tried again."""
    detail = _image_detail(connection, image_id)
    if detail is not None:
        failed = {**detail, "reason": reason[:REASON]}
        _add_for_image(connection, image_id, [_event(time.time(), "image_failed", image_id=image_id, images=1, detail=failed)])


def of_sources(connection: Connection, sources: Mapping[str, str]) -> None:
    """Adds an event, visible to all projects, for sources of advisories that failed or are out of date; ``sources``
    maps each name to the reason.
    """
    detail = {"sources": {name: reason[:REASON] for name, reason in sorted(sources.items())}}
    everybody = list(connection.execute(select(project.c.id)).scalars())
    made = _event(time.time(), "source_failed", detail=detail)
    _add(connection, [made], {number: {_key(made): 0} for number in everybody})


def of_ended_support(connection: Connection, namespace: str, ended: str) -> None:
    """Adds an event for a release whose support ended, visible to the projects that have images with it."""
    counted = (
        select(project_image.c.project_id, func.count(project_image.c.image_id.distinct()).label("images"))
        .join(image_unit, image_unit.c.image_id == project_image.c.image_id)
        .join(unit_source, unit_source.c.unit_id == image_unit.c.unit_id)
        .where(unit_source.c.namespace == namespace, project_image.c.deleted_at.is_(None))
        .group_by(project_image.c.project_id)
    )
    found = {row.project_id: int(row.images) for row in connection.execute(counted)}
    detail = {"namespace": namespace, "ended": ended}
    made = _event(time.time(), "end_of_life", images=sum(found.values()), detail=detail)
    _add(connection, [made], {number: {_key(made): images} for number, images in found.items()})


def changes_of(unit_id: int, before: Iterable[Vulnerability], after: Iterable[Vulnerability]) -> list[dict[str, object]]:
    """The rows of ``rematch_change`` for a unit that was assessed again: how its findings changed."""
    old, new = _counted(before), _counted(after)
    found: dict[tuple[str, str, str], str] = {}

    def note(kind: str, finding: Vulnerability) -> None:
        found[kind, finding.id, lasting(finding.package)] = finding.severity

    for key, finding in new.items():
        was = old.get(key)
        if was is None:
            note("disclosed", finding)
        elif finding.fix.state == "fixed" and was.fix.state != "fixed":
            note("fix_available", finding)
        if finding.kev and not (was and was.kev):
            note("exploited", finding)
    for key in old.keys() - new.keys():
        note("resolved", old[key])
    return [
        {"kind": kind, "vulnerability": id, "package": package, "unit_id": unit_id, "severity": severity}
        for (kind, id, package), severity in found.items()
    ]


def _counted(found: Iterable[Vulnerability]) -> dict[tuple[str, str], Vulnerability]:
    """The findings by vulnerability and package, without possible ones, which the counts of images exclude too."""
    return {(finding.id, finding.package): finding for finding in found if finding.confidence != "possible"}


def lasting(purl: str) -> str:
    """The purl without version and qualifiers."""
    head = purl.partition("?")[0].partition("#")[0]
    at = head.rfind("@")
    return head[:at] if at > head.rfind("/") else head


def from_changes(engine: Engine, projects: ImageProjects | None = None) -> int | None:
    """Turns the next stored changes into events, and deletes them. Returns how many events; None if no changes are left.
    Threads count the images of the changes before the transaction that writes. ``projects``: those of an earlier call.
    """
    columns = (rematch_change.c.kind, rematch_change.c.vulnerability, rematch_change.c.package)
    with engine.connect() as connection:
        next_ones = select(*columns).distinct().order_by(*columns).limit(KEYS)
        found: list[_Change] = [(row[0], row[1], row[2]) for row in connection.execute(next_ones)]
    if not found:
        return None

    known = projects or ImageProjects(engine)
    known.load()

    def count(change: _Change) -> Counted:
        with engine.connect() as connection:
            return _images_with(connection, change, known)

    with ThreadPoolExecutor(READERS, thread_name_prefix="events") as pool:
        counted = dict(zip(found, pool.map(count, found), strict=True))
    now = time.time()
    made: list[dict[str, object]] = []
    seen: dict[int, dict[Key, int]] = {}
    with writing(engine) as connection:
        for change, severity in sorted(_taken(connection, found).items()):
            (kind, id, package), having = change, counted[change]
            if having.images:
                made.append(_event(now, kind, vulnerability=id, package=package, severity=severity, images=having.images))
            for project_id, number in having.of_projects.items():
                seen.setdefault(project_id, {})[change] = number
        _add(connection, made, seen)
    return len(made)


def _taken(connection: Connection, changes: Sequence[_Change]) -> dict[_Change, str]:
    """Deletes changes. Returns those that no other process has deleted, each with its worst severity."""
    change = rematch_change.c
    deleted = rematch_change.delete().where(tuple_(change.kind, change.vulnerability, change.package).in_(changes))
    rows = connection.execute(deleted.returning(change.kind, change.vulnerability, change.package, change.severity)).all()
    worst: dict[_Change, int] = {}
    for kind, id, package, severity in rows:
        worst[kind, id, package] = max(rank(severity), worst.get((kind, id, package), 0))
    return {key: SEVERITIES[place] for key, place in worst.items()}


def _images_with(connection: Connection, change: _Change, projects: ImageProjects) -> Counted:
    """How many images contain a unit with this change. Each image counts once. A query for each change avoids sorting all
    changes together with each image.
    """
    of_change = zip((rematch_change.c.kind, rematch_change.c.vulnerability, rematch_change.c.package), change, strict=True)
    units = select(rematch_change.c.unit_id).where(*(column == value for column, value in of_change))
    ids = func.aggregate_strings(cast(image_unit.c.image_id, Text), ",")  # a row for each would take most of the time
    counted = Counted()
    for range in projects.ranges:
        found = select(ids).where(image_unit.c.unit_id.in_(units), image_unit.c.image_id.between(*range))
        text = connection.execute(found).scalar() or ""
        counted += projects.count(set(from_json(f"[{text}]", list[int])))
    return counted


def _event(now: float, kind: str, detail: Mapping[str, object] | None = None, **columns: object) -> dict[str, object]:
    defaults: dict[str, object] = {"vulnerability": "", "package": "", "severity": "", "image_id": None, "images": 0}
    return {"at": now, "kind": kind, **defaults, **columns, "detail": msgspec.json.encode(detail) if detail else b""}


def _add_for_image(connection: Connection, image_id: int, events: Sequence[dict[str, object]]) -> None:
    seen = {_key(row): 1 for row in events}
    _add(connection, events, dict.fromkeys(_projects_of(connection, image_id), seen))


def _projects_of(connection: Connection, image_id: int) -> list[int]:
    shown = select(project_image.c.project_id).where(project_image.c.image_id == image_id, project_image.c.deleted_at.is_(None))
    return list(connection.execute(shown.order_by(project_image.c.project_id)).scalars())


def _add(connection: Connection, events: Sequence[dict[str, object]], seen: Mapping[int, Seen]) -> None:
    """Stores the events for the projects that see them, with outbox rows for the subscriptions whose rules match."""
    rules = [
        (number, project_id, rule_of(bytes(rule)))
        for number, project_id, rule in connection.execute(
            select(subscription.c.id, subscription.c.project_id, subscription.c.rule)
        )
    ]
    for event_row in events:
        key, kind, severity = _key(event_row), str(event_row["kind"]), str(event_row["severity"])
        number = connection.execute(event.insert().values(event_row).returning(event.c.id)).scalar_one()
        of_projects = [
            {"project_id": project_id, "event_id": number, "images": images[key]}
            for project_id, images in seen.items()
            if key in images
        ]
        for some in batches(of_projects, KEYS):
            connection.execute(event_project.insert(), some)
        rows = [
            {"event_id": number, "subscription_id": sub, "at": event_row["at"]}
            for sub, project_id, rule in rules
            if key in seen.get(project_id, {}) and rule.wants(kind, severity)
        ]
        for some in batches(rows, KEYS):
            connection.execute(outbox.insert(), some)


def _image_detail(connection: Connection, image_id: int) -> dict[str, object] | None:
    row = connection.execute(select(image.c.identity, image.c.reference).where(image.c.id == image_id)).first()
    return None if row is None else {"identity": row.identity, "reference": row.reference}


def rank_of(severity: Any) -> Any:
    """The rank of a severity as an SQL expression, equal to ``rank`` in Python. The names themselves sort differently."""
    return type_coerce(case({name: rank(name) for name in SEVERITIES}, value=severity, else_=0), Integer)


def _key(one: Mapping[str, object]) -> Key:
    return one["kind"], one["vulnerability"], one["package"]
