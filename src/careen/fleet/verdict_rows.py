"""Writes the rows of a unit's verdict: its findings, its counts, and the look-ups that it depends on. Only changes are
written.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from msgspec import Struct
from sqlalchemy import Connection, select

from careen.model.finding import Vulnerability
from careen.safety.typed import from_msgpack

from .digests import digest_of, parted
from .recorded import Key
from .rows import among, batches, delete_rows, insert, insert_rows, update_rows
from .shared_advisories import SHIPPED
from .storable import COUNTS, Storable
from .tables import unit, unit_count, unit_digest, unit_finding, unit_source

MANY = 5000  # rows in one statement
KEY = ("unit_id", "vulnerability", "package")
Stored = dict[tuple[str, str], bytes]  # by vulnerability and purl


class Row(Struct, frozen=True):
    number: int
    key: bytes
    assessed_by: str
    content: bytes
    context: bytes
    digests: bytes | None = None  # of the stored findings, so that results have only those that differ; None: all of them


class Last(Struct, frozen=True):
    """What the row of a unit states about its last verdict."""

    verdict: bytes
    reasons: str
    assessed_by: str
    assessed_at: float


class Changed(Struct, frozen=True):
    """How the findings of a unit differ from the stored ones. New findings have their encoding beside them."""

    added: Sequence[tuple[Vulnerability, bytes]]
    replaced: Sequence[tuple[Vulnerability, Vulnerability, bytes]]  # before, after
    gone: Sequence[Vulnerability]

    @property
    def before(self) -> list[Vulnerability]:
        return [*(was for was, _, _ in self.replaced), *self.gone]

    @property
    def after(self) -> list[Vulnerability]:
        return [*(finding for finding, _ in self.added), *(finding for _, finding, _ in self.replaced)]


def findings_of(connection: Connection, numbers: Sequence[int]) -> dict[int, Stored]:
    found: dict[int, Stored] = {}
    columns = (unit_finding.c.unit_id, unit_finding.c.vulnerability, unit_finding.c.package, unit_finding.c.data)
    wanted = select(*columns).where(among(connection, unit_finding.c.unit_id, numbers))
    for unit_id, id, package, data in connection.execute(wanted).all():  # in one go: row by row takes twice as long
        found.setdefault(unit_id, {})[id, package] = bytes(data)
    return found


def digests_of(connection: Connection, numbers: Collection[int]) -> dict[int, bytes]:
    wanted = select(unit_digest.c.unit_id, unit_digest.c.digests).where(among(connection, unit_digest.c.unit_id, numbers))
    return {number: bytes(digests) for number, digests in connection.execute(wanted)}


def has_lost(row: Row, result: Storable) -> bool:
    """Whether any stored finding is gone or replaced, or may be: then the stored ones have to be read."""
    return row.digests is None or not parted(row.digests) <= parted(result.digests)


def counts_of(connection: Connection, numbers: Sequence[int]) -> dict[int, tuple[int, ...]]:
    columns = [unit_count.c[name] for name in COUNTS]
    wanted = select(unit_count.c.unit_id, *columns).where(among(connection, unit_count.c.unit_id, numbers))
    return {row[0]: tuple(row[1:]) for row in connection.execute(wanted)}


def changes_in(stored: Mapping[int, Stored], results: Sequence[tuple[Row, Storable]]) -> dict[int, Changed]:
    """How the findings of units differ from the stored ones; only findings that differ are decoded."""
    return {row.number: _changes_in(stored.get(row.number, {}), result) for row, result in results}


def _changes_in(stored: Stored, result: Storable) -> Changed:
    found = {(id, package): data for id, package, data in result.findings}
    same = parted(result.digests) if stored else frozenset()
    replaced, gone = [], []
    for key, was in stored.items():
        data = found.pop(key, None)
        if digest_of((*key, was)) in same:
            continue
        if data is None:
            gone.append(from_msgpack(was, Vulnerability))
        else:
            replaced.append((from_msgpack(was, Vulnerability), from_msgpack(data, Vulnerability), data))
    return Changed([(from_msgpack(data, Vulnerability), data) for data in found.values()], replaced, gone)


def write_findings(connection: Connection, changes: Mapping[int, Changed], now: float) -> None:
    gone = [
        {"unit_id": number, "vulnerability": finding.id, "package": finding.package}
        for number, changed in changes.items()
        for finding in changed.gone
    ]
    for keys in batches(gone, MANY):
        delete_rows(connection, unit_finding, keys)
    with_same_fix, with_other_fix = [], []
    for number, changed in changes.items():
        for was, finding, data in changed.replaced:
            row = _finding_row(number, finding, data, now)
            del row["first_at"]
            if was.fix.state == finding.fix.state:
                del row["fix_at"]
                with_same_fix.append(row)
            else:
                with_other_fix.append(row)
    for rows in (*batches(with_same_fix, MANY), *batches(with_other_fix, MANY)):
        update_rows(connection, unit_finding, KEY, rows)
    added = (_finding_row(number, *new, now) for number, changed in changes.items() for new in changed.added)
    for rows in batches(added, MANY):
        insert_rows(connection, insert(connection, unit_finding), rows)


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


def last_verdicts(connection: Connection, numbers: Sequence[int]) -> dict[int, Last]:
    """The stored verdicts of units, whose rows are locked: another worker may write the first one of the same unit now."""
    columns = (unit.c.id, unit.c.verdict, unit.c.reasons, unit.c.assessed_by, unit.c.assessed_at)
    wanted = select(*columns).where(among(connection, unit.c.id, numbers)).order_by(unit.c.id)
    rows = connection.execute(wanted.with_for_update(key_share=True)).all()
    return {number: Last(bytes(verdict), reasons, by, at or 0.0) for number, verdict, reasons, by, at in rows}


def write_units(
    connection: Connection,
    last: Mapping[int, Last],
    results: Sequence[tuple[Row, Storable]],
    build: str,
    now: float,
    begun: float | None,
) -> None:
    """Writes what the rows of units state about their verdicts. An update that has ``begun`` then leaves those rows alone that
    stay the same, since each has the whole content of a package: most updates change findings only.
    """
    verdicts = [
        {"id": row.number, "verdict": result.verdict, "reasons": result.reasons}
        for row, result in results
        if begun is None or not _stays(last.get(row.number), result, begun)
    ]
    update_rows(connection, unit, ["id"], verdicts, {"assessed_by": build, "assessed_at": now})


def _stays(last: Last | None, result: Storable, begun: float) -> bool:
    """Whether the row is right as it is. A unit that another process has assessed since the update began is written, because
    the update looks for those that have another database's verdict (``rematch``).
    """
    if last is None or last.assessed_by in ("", SHIPPED) or last.assessed_at >= begun:
        return False
    return (last.verdict, last.reasons) == (result.verdict, result.reasons)


def write_counts(connection: Connection, counts: Mapping[int, tuple[int, ...]]) -> None:
    adding = insert(connection, unit_count)
    values = {name: adding.excluded[name] for name in COUNTS}
    rows = [{"unit_id": number, **dict(zip(COUNTS, count, strict=True))} for number, count in counts.items()]
    insert_rows(connection, adding.on_conflict_do_update(index_elements=["unit_id"], set_=values), rows)


def write_digests(connection: Connection, digests: Mapping[int, bytes]) -> None:
    adding = insert(connection, unit_digest)
    rows = [{"unit_id": number, "digests": data} for number, data in digests.items()]
    new = {"digests": adding.excluded.digests}
    insert_rows(connection, adding.on_conflict_do_update(index_elements=["unit_id"], set_=new), rows)


def write_sources(connection: Connection, sources: Mapping[int, frozenset[Key]]) -> None:
    columns = (unit_source.c.unit_id, unit_source.c.namespace, unit_source.c.name)
    rows = connection.execute(select(*columns).where(among(connection, unit_source.c.unit_id, sources))).all()
    known: dict[int, set[Key]] = {}
    for number, namespace, name in rows:
        known.setdefault(number, set()).add((namespace, name))
    added = _source_rows((number, keys - known.get(number, set())) for number, keys in sources.items())
    for some in batches(added, MANY):
        insert_rows(connection, insert(connection, unit_source).on_conflict_do_nothing(), some)
    gone = _source_rows((number, keys - sources[number]) for number, keys in known.items())
    for some in batches(gone, MANY):
        delete_rows(connection, unit_source, some)


def _source_rows(sources: Iterable[tuple[int, AbstractSet[Key]]]) -> Iterator[dict[str, object]]:
    return ({"unit_id": number, "namespace": namespace, "name": name} for number, keys in sources for namespace, name in keys)
