"""Writes the rows of a unit's verdict: its findings, its counts, and the look-ups that it depends on. Only changes are
written.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, bindparam, delete, select, update

from careen.model.finding import Vulnerability
from careen.safety.typed import from_msgpack

from .assessing import Assessed
from .recorded import Key
from .rows import batches, insert
from .tables import unit, unit_count, unit_finding, unit_source
from .verdicts import packed

MANY = 5000  # rows in one statement
COUNTS = ("assessed", "lowered", "risk", "critical", "high", "medium", "low", "unrated", "fixable", "exploited")
_BY_SEVERITY = {"critical": "critical", "high": "high", "medium": "medium", "low": "low", "negligible": "low"}
Stored = dict[tuple[str, str], bytes]  # by vulnerability and purl


class Row(Struct, frozen=True):
    number: int
    key: bytes
    assessed_by: str
    content: bytes
    context: bytes


def findings_of(connection: Connection, numbers: Sequence[int]) -> dict[int, Stored]:
    found: dict[int, Stored] = {}
    columns = (unit_finding.c.unit_id, unit_finding.c.vulnerability, unit_finding.c.package, unit_finding.c.data)
    for unit_id, id, package, data in connection.execute(select(*columns).where(unit_finding.c.unit_id.in_(numbers))):
        found.setdefault(unit_id, {})[id, package] = bytes(data)
    return found


def counts_of(connection: Connection, numbers: Sequence[int]) -> dict[int, tuple[int, ...]]:
    columns = [unit_count.c[name] for name in COUNTS]
    rows = connection.execute(select(unit_count.c.unit_id, *columns).where(unit_count.c.unit_id.in_(numbers)))
    return {row[0]: tuple(row[1:]) for row in rows}


def write_findings(
    connection: Connection, before: Mapping[int, Stored], results: Sequence[tuple[Row, Assessed]], now: float
) -> None:
    added: list[dict[str, object]] = []
    for row, result in results:
        added += _changed(connection, row.number, before.get(row.number, {}), result, now)
    for some in batches(added, MANY):
        connection.execute(unit_finding.insert(), some)


def _changed(connection: Connection, number: int, old: Stored, result: Assessed, now: float) -> list[dict[str, object]]:
    """Writes the changed findings of a unit, and returns the rows of new ones."""
    new = {(finding.id, finding.package): finding for finding in result.verdict.found}
    added, changed = [], []
    for key, finding in new.items():
        data = msgspec.msgpack.encode(finding)
        if key not in old:
            added.append(_finding_row(number, finding, data, now))
        elif old[key] != data:
            changed.append((key, finding, data))
    for (id, package), finding, data in changed:
        one = (unit_finding.c.unit_id == number) & (unit_finding.c.vulnerability == id) & (unit_finding.c.package == package)
        row = _finding_row(number, finding, data, now)
        was = from_msgpack(old[id, package], Vulnerability)
        for name in ("unit_id", "vulnerability", "package", "first_at"):
            del row[name]
        if was.fix.state == finding.fix.state:
            del row["fix_at"]
        connection.execute(update(unit_finding).where(one).values(row))
    gone = sorted(old.keys() - new.keys())
    if gone and len(gone) == len(old):
        connection.execute(delete(unit_finding).where(unit_finding.c.unit_id == number))
    else:
        for id, package in gone:
            one = (unit_finding.c.vulnerability == id) & (unit_finding.c.package == package)
            connection.execute(delete(unit_finding).where(unit_finding.c.unit_id == number, one))
    return added


def _finding_row(number: int, finding: Vulnerability, data: bytes, now: float) -> dict[str, object]:
    return {
        "unit_id": number,
        "vulnerability": finding.id,
        "package": finding.package,
        "severity": finding.severity,
        "confidence": finding.confidence,
        "fix_state": finding.fix.state,
        "fixed_version": finding.fix.versions[0] if finding.fix.versions else "",
        "exploited": bool(finding.kev),
        **scores_of(finding),
        "first_at": now,
        "disclosed": (finding.published or "")[:10],
        "fix_at": now if finding.fix.state == "fixed" else None,
        "data": data,
    }


def scores_of(finding: Vulnerability) -> dict[str, int]:
    return {
        "risk": int(finding.risk * 1000),
        "epss": round(finding.epss.score * 1_000_000) if finding.epss else 0,
    }


def counts_in(result: Assessed) -> tuple[int, ...]:
    """The counts of a unit, which add up to those of an image. Findings that are only possible are left out."""
    counted = [finding for finding in result.verdict.found if finding.confidence != "possible"]
    by_severity = dict.fromkeys(("critical", "high", "medium", "low", "unrated"), 0)
    for finding in counted:
        by_severity[_BY_SEVERITY.get(finding.severity, "unrated")] += 1
    return (
        result.verdict.assessed,
        int(result.verdict.is_lowered),
        max((int(finding.risk * 1000) for finding in counted), default=0),
        *by_severity.values(),
        sum(finding.fix.state == "fixed" for finding in counted),
        sum(bool(finding.kev) for finding in counted),
    )


def write_units(connection: Connection, results: Sequence[tuple[Row, Assessed]], build: str, now: float) -> None:
    verdicts = [
        {"number": row.number, "new_verdict": packed(result.verdict), "codes": result.verdict.codes} for row, result in results
    ]
    if verdicts:
        writing_one = update(unit).where(unit.c.id == bindparam("number"))
        values: dict[str, Any] = {"verdict": bindparam("new_verdict"), "reasons": bindparam("codes")}
        connection.execute(writing_one.values(assessed_by=build, assessed_at=now, **values), verdicts)
    rows = [{"unit_id": row.number, **dict(zip(COUNTS, counts_in(result), strict=True))} for row, result in results]
    if rows:
        adding = insert(connection, unit_count)
        counts = {name: adding.excluded[name] for name in COUNTS}
        connection.execute(adding.on_conflict_do_update(index_elements=["unit_id"], set_=counts), rows)


def write_sources(connection: Connection, sources: dict[int, frozenset[Key]]) -> None:
    columns = (unit_source.c.unit_id, unit_source.c.namespace, unit_source.c.name)
    rows = connection.execute(select(*columns).where(unit_source.c.unit_id.in_(list(sources))))
    known: dict[int, set[Key]] = {}
    for number, namespace, name in rows:
        known.setdefault(number, set()).add((namespace, name))
    added = [
        {"unit_id": number, "namespace": namespace, "name": name}
        for number, keys in sources.items()
        for namespace, name in keys - known.get(number, set())
    ]
    for some in batches(added, MANY):
        connection.execute(insert(connection, unit_source).on_conflict_do_nothing(), some)
    for number, keys in known.items():
        for namespace, name in keys - sources[number]:
            one = (unit_source.c.namespace == namespace) & (unit_source.c.name == name)
            connection.execute(delete(unit_source).where(unit_source.c.unit_id == number, one))
