"""Across images: the query language, and who has a vulnerability."""

from typing import Any

from sqlalchemy import Row, select

from careen.fleet.tables import image, image_unit, project_image, unit, unit_finding
from careen.server import cursors
from careen.server.call import Answer, Call


def search(call: Call) -> Answer:
    """The key of a page is the search's own; here it is only signed."""
    after = cursors.read(call, 1)
    found = call.request.app.state.parts.search.search(
        call.fleet, call.project, call.query["q"], after[0] if after else None, call.query["limit"]
    )
    following = cursors.made(call, [found.last]) if found.last is not None else None
    return Answer({"kind": found.kind, "items": list(found.items), "next": following})


def list_completions(call: Call) -> Answer:
    words = call.request.app.state.parts.search.complete(call.fleet, call.project, call.query["q"])
    return Answer({"items": list(words)})


def list_affected(call: Call) -> Answer:
    found = unit_finding.c
    columns = (image.c.identity, image.c.reference, image.c.runs_at, unit.c.version)
    wanted = select(*columns, found.package, found.severity, found.risk, found.fix_state, found.fixed_version, found.first_at)
    wanted = (
        wanted.select_from(unit_finding)
        .join(image_unit, image_unit.c.unit_id == found.unit_id)
        .join(project_image, project_image.c.image_id == image_unit.c.image_id)
        .join(image, image.c.id == image_unit.c.image_id)
        .join(unit, unit.c.id == found.unit_id)
        .where(found.vulnerability == call.path["id"])
        .where(project_image.c.project_id == call.project, project_image.c.deleted_at.is_(None))
        .add_columns(found.unit_id)
    )
    keys = [(image_unit.c.image_id, True), (found.unit_id, False), (found.package, False)]
    with call.reading() as connection:
        wanted = wanted.add_columns(image_unit.c.image_id)
        return Answer({"id": call.path["id"], **cursors.page(call, connection, wanted, keys, _affected)})


def _affected(row: Row[Any]) -> dict[str, Any]:
    names = ("identity", "reference", "package", "version", "severity", "fix_state", "fixed_version", "first_at", "runs_at")
    return {name: row._mapping[name] for name in names} | {"risk": row.risk / 1000}


OPERATIONS = (search, list_completions, list_affected)
