"""Which decisions of a project apply to the findings of a list, as they do in the report of each image."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, tuple_

from careen.formats.vex.statements import Statement
from careen.policy.vex import Statements

from .decisions import has_any, statements
from .named_findings import named_findings
from .tables import image_unit

MOST = 10_000  # findings of the images and packages of a list
Key = tuple[int, int, str, str]  # the numbers of image and unit, the vulnerability, and the package


def decided(connection: Connection, project_id: int, rows: Sequence[Mapping[str, Any]]) -> dict[Key, Statement]:
    """The statement that applies to each finding, by ``key_of`` its row in ``search.findings``."""
    places = sorted({(row["image_id"], row["unit_id"]) for row in rows})
    vulnerabilities = sorted({row["vulnerability"] for row in rows})
    if not places or not has_any(connection, project_id):
        return {}
    of_places = tuple_(image_unit.c.image_id, image_unit.c.unit_id).in_(places)
    found = list(named_findings(connection, project_id, vulnerabilities, of_places, limit=MOST))
    ids = {id for each in found for id in (each.finding.id, *each.finding.aliases)}
    stated = Statements(statements(connection, project_id, ids=sorted(ids)))
    by_key = {
        (each.image_id, each.unit_id, each.finding.id, each.finding.package): stated.about(each.finding, each.about)
        for each in found
    }
    return {key: statement for key, statement in by_key.items() if statement is not None}


def key_of(row: Mapping[str, Any]) -> Key:
    return row["image_id"], row["unit_id"], row["vulnerability"], row["package"]
