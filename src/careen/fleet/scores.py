"""Writes changed scores of vulnerabilities into the findings without assessing anything, since most scores change
daily.
"""

from collections.abc import Iterable, Sequence

import msgspec
from msgspec.structs import replace
from sqlalchemy import Connection, case, delete, func, select, update

from careen.database.knowledge import Knowledge
from careen.matching.risk import risk_of
from careen.matching.severity import best
from careen.model.advisory import Epss
from careen.model.finding import EpssScore, Vulnerability
from careen.safety.typed import from_msgpack

from .connection import writing
from .fleet import Fleet
from .progress import progress_of
from .rows import batches, insert, insert_rows, update_rows
from .tables import rematch_score, rematch_unit, unit, unit_count, unit_digest, unit_finding
from .verdict_rows import KEY, scores_of

MANY = 500  # vulnerabilities or units in one statement
TO_ASSESS, TO_COUNT, BOTH = 0, 1, 2  # what is left to do for a unit: to assess it, to count its images, or both


def score(fleet: Fleet, knowledge: Knowledge, build: str) -> int:
    """Writes the scores that an update changed into the stored findings. Returns how many findings changed. Ends early
    if another update than ``build`` has begun.
    """
    count = 0
    while True:
        with writing(fleet.engine) as connection:
            if progress_of(connection).build != build:
                return count
            ids = list(connection.execute(select(rematch_score.c.vulnerability).limit(MANY)).scalars())
            if not ids:
                return count
            count += _write_scores(connection, ids, knowledge)
            connection.execute(delete(rematch_score).where(rematch_score.c.vulnerability.in_(ids)))


def _write_scores(connection: Connection, ids: Sequence[str], knowledge: Knowledge) -> int:
    known = knowledge.epss(ids)
    of_ids = select(unit_finding.c.unit_id).where(unit_finding.c.vulnerability.in_(ids))
    connection.execute(select(unit.c.id).where(unit.c.id.in_(of_ids)).order_by(unit.c.id).with_for_update(key_share=True))
    wanted = select(unit_finding.c.unit_id, unit_finding.c.vulnerability, unit_finding.c.package, unit_finding.c.data)
    rows = connection.execute(wanted.where(unit_finding.c.vulnerability.in_(ids))).all()
    for some in batches(rows, MANY):
        changed = []
        for unit_id, id, package, data in some:
            finding = _scored(from_msgpack(bytes(data), Vulnerability), known.get(id))
            columns = {**scores_of(finding), "data": msgspec.msgpack.encode(finding)}
            changed.append({"unit_id": unit_id, "vulnerability": id, "package": package, **columns})
        update_rows(connection, unit_finding, KEY, changed)
    for units in batches(sorted({row.unit_id for row in rows}), MANY):
        connection.execute(delete(unit_digest).where(unit_digest.c.unit_id.in_(units)))
        worst = (
            select(unit_finding.c.unit_id, func.max(unit_finding.c.risk))
            .where(unit_finding.c.unit_id.in_(units), unit_finding.c.confidence != "possible")
            .group_by(unit_finding.c.unit_id)
        )
        for unit_id, risk in connection.execute(worst).all():
            other = update(unit_count).where(unit_count.c.unit_id == unit_id, unit_count.c.risk != risk)
            if connection.execute(other.values(risk=risk)).rowcount:
                to_count(connection, [unit_id])
    return len(rows)


def _scored(finding: Vulnerability, epss: Epss | None) -> Vulnerability:
    risk = risk_of(finding.severity, best(finding.cvss), epss, bool(finding.kev), bool(finding.fix.versions))
    return replace(finding, epss=EpssScore.of(epss), risk=risk)


def to_count(connection: Connection, numbers: Iterable[int]) -> None:
    for some in batches(dict.fromkeys(numbers), MANY):
        rows = [{"unit_id": number, "phase": TO_COUNT} for number in some]
        phase = case((rematch_unit.c.phase == TO_ASSESS, BOTH), else_=rematch_unit.c.phase)
        new = insert(connection, rematch_unit)
        insert_rows(connection, new.on_conflict_do_update(index_elements=["unit_id"], set_={"phase": phase}), rows)
