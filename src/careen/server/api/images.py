"""Images of a project: lists by risk and by age, and for each image its layers, packages, findings, report and SBOM."""

import io
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, exists, func, not_, select, update

from careen.app.wiring import reporters
from careen.fleet import reports, uploads
from careen.fleet.conditions import own_images
from careen.fleet.project_verdicts import verdicts_of
from careen.fleet.purge import remove_images
from careen.fleet.running import is_running, runs_at
from careen.fleet.tables import image, image_layer, image_unit, layer, project_image, tag, unit, unit_package
from careen.model.finding import Vulnerability
from careen.model.report import Report
from careen.plugins import ReportOptions
from careen.server.call import Answer, Call
from careen.server.cursors import page
from careen.server.errors import Refused, not_found, unprocessable

SEVERITIES = {"critical": image.c.critical, "high": image.c.high, "medium": image.c.medium, "low": image.c.low}
SAME = (
    "identity", "kind", "uploaded_by", "reference", "platform", "state", "reason", "size_bytes", "created", "distribution",
    "base", "packages", "coverage", "exit_code", "enrolled_at", "ready_at", "assessed_at",
)  # fmt: skip
COUNTS = ("critical", "high", "medium", "low", "unrated", "fixable", "exploited", "misconfigurations", "secrets")
COLUMNS = ("id", "risk", "assessed_by", *SAME, *COUNTS)


def list_images(call: Call) -> Answer:
    asked, wanted = call.query, select(*columns(call.project))
    for name in ("state", "coverage", "kind"):
        if asked[name] is not None:
            # Nearly all images are ready: a database that looked them up by their state would then have to sort them.
            column = func.coalesce(image.c.state, "") if asked[name] == "ready" else image.c[name]
            wanted = wanted.where(column == asked[name])
    if asked["severity"] is not None:
        wanted = wanted.where(SEVERITIES[asked["severity"]] > 0)
    if asked["exploited"] is not None:
        wanted = wanted.where(image.c.exploited > 0 if asked["exploited"] else image.c.exploited == 0)
    if asked["repository"] is not None:
        wanted = wanted.where(exists().where(tag.c.image_id == image.c.id, tag.c.repository_id == asked["repository"]))
    first = image.c.risk if asked["sort"] == "risk" else image.c.enrolled_at
    with call.reading() as connection:
        wanted = wanted.where(own_images(connection, call.project))
        if asked["runs"] is not None:
            running = is_running(connection, call.project)
            wanted = wanted.where(running if asked["runs"] else not_(running))
        found = page(call, connection, wanted, [(first, True), (image.c.id, True)], lambda row: row)
        return Answer(found | {"items": _with_verdicts(connection, call.project, found["items"])})


def read_image(call: Call) -> Answer:
    with call.reading() as connection:
        return Answer(_with_verdicts(connection, call.project, [row_of(connection, call)])[0])


def _with_verdicts(connection: Connection, project: int, rows: Sequence[Row[Any]]) -> list[dict[str, Any]]:
    """The images with their exit codes by the project's own policy, if it has one: projects share the row of an image. An
    uploaded report has the exit code of its scan until the server has assessed its packages.
    """
    own = verdicts_of(connection, project, [row.id for row in rows if row.kind != "uploaded" or row.state == "ready"])
    return [shown(row) | ({} if own is None or row.id not in own else {"exit_code": own[row.id]}) for row in rows]


def delete_image(call: Call) -> Answer:
    """Removes an image from the project. An upload is its alone, and goes at once with its bytes."""
    with call.changing(call.path["identity"]) as connection:
        row = row_of(connection, call)
        if row.kind == "uploaded":
            remove_images(connection, [row.id])
            return Answer()
        seen = (project_image.c.project_id == call.project, project_image.c.image_id == row.id)
        connection.execute(update(project_image).where(*seen).values(deleted_at=call.now))
    return Answer()


def list_layers(call: Call) -> Answer:
    with call.reading() as connection:
        row = row_of(connection, call)
        wanted = select(image_layer.c.position, image_layer.c.digest, layer.c.size_bytes, layer.c.state)
        wanted = wanted.outerjoin(layer, layer.c.digest == image_layer.c.digest).where(image_layer.c.image_id == row.id)
        rows = connection.execute(wanted.order_by(image_layer.c.position)).all()
    items = [
        {"position": row.position, "digest": row.digest, "size_bytes": row.size_bytes or 0, "state": row.state or "unknown"}
        for row in rows
    ]
    return Answer({"items": items})


def list_packages(call: Call) -> Answer:
    """Lists the packages of an image. Those that are assessed together share a layer; the first of them has licences."""
    own = unit_package.c
    is_first = and_(own.name == unit.c.name, own.version == unit.c.version, own.type == unit.c.type)
    licences = case((is_first, unit.c.licences), else_="").label("licences")
    columns = (own.unit_id, own.position, own.type, own.name, own.version, licences, image_unit.c.layer, image_unit.c.presence)
    with call.reading() as connection:
        row = row_of(connection, call)
        wanted = select(*columns).join(image_unit, image_unit.c.unit_id == own.unit_id).join(unit, unit.c.id == own.unit_id)
        keys = [(own.name, False), (own.unit_id, False), (own.position, False)]
        return Answer(page(call, connection, wanted.where(image_unit.c.image_id == row.id), keys, _package))


def list_findings(call: Call) -> Answer:
    report = report_of(call)
    found = [finding for finding in report.findings if isinstance(finding, Vulnerability)]
    groups = _by_fix(found)
    return Answer({"groups": groups, "total": len(report.findings), "listed": len(found), "suppressed": len(report.suppressed)})


def read_report(call: Call) -> Answer:
    name = call.query["format"]
    known = reporters()
    if name not in known or known[name].reads_template:
        raise unprocessable(f"there is no format {name!r}", "format", ", ".join(known))
    return _written(call, name)


def read_sbom(call: Call) -> Answer:
    return _written(call, call.query["format"])


def visible(project: int) -> "Select[Any]":
    """Selects the images that a project sees, without columns that only the fleet needs."""
    seen = (project_image.c.project_id == project, project_image.c.deleted_at.is_(None))
    return select(*columns(project)).join(project_image, project_image.c.image_id == image.c.id).where(*seen)


def columns(project: int) -> list[ColumnElement[Any]]:
    return [*(image.c[name] for name in COLUMNS), runs_at(project).label("runs_at")]


def row_of(connection: Connection, call: Call) -> Row[Any]:
    row = connection.execute(visible(call.project).where(image.c.identity == call.path["identity"])).first()
    if row is None:
        raise not_found()
    return row


def report_of(call: Call) -> Report:
    with call.reading() as connection:
        row = row_of(connection, call)
    found = reports.report_of(call.fleet, call.project, row.identity)
    if found is None and row.kind == "uploaded":
        found = uploads.report_of(call.fleet, row.identity)
    if found is None:
        raise Refused(404, f"the image is not ready: {row.state}", "not_ready", hint="read_scan states what it waits for")
    return found


def shown(row: Row[Any]) -> dict[str, Any]:
    values = row._mapping
    counts = {name: values[name] for name in COUNTS}
    same = {name: values[name] for name in (*SAME, "runs_at")}
    return same | {"risk": values["risk"] / 1000, "counts": counts}


def _written(call: Call, format: str) -> Answer:
    """The report in a format, as a download. The headers keep browsers from running any text in it."""
    reporter, stream = reporters()[format], io.StringIO()
    reporter.write(report_of(call), stream, ReportOptions(width=0))
    headers = {"Content-Disposition": f'attachment; filename="report.{format}"', "Content-Security-Policy": "sandbox"}
    media_type = reporter.media_type
    charset = "; charset=utf-8" if media_type.startswith("text/") else ""
    return Answer(stream.getvalue().encode(errors="backslashreplace"), headers=headers, media_type=media_type + charset)


def _by_fix(found: Sequence[Vulnerability]) -> list[dict[str, Any]]:
    """The findings grouped by update, which is a package and its fixed version. The group with the highest risk comes
    first.
    """
    groups: dict[tuple[str, str], list[Vulnerability]] = {}
    for finding in sorted(found, key=lambda finding: (-finding.risk, finding.id)):
        fixed = finding.fix.versions[0] if finding.fix.state == "fixed" and finding.fix.versions else ""
        groups.setdefault((finding.package, fixed), []).append(finding)
    return [
        {"package": package, "fixed_version": fixed, "risk": group[0].risk, "findings": [_finding(each) for each in group]}
        for (package, fixed), group in sorted(groups.items(), key=lambda group: (-group[1][0].risk, group[0]))
    ]


def _finding(finding: Vulnerability) -> dict[str, Any]:
    return {
        "id": finding.id,
        "package": finding.package,
        "severity": finding.severity,
        "risk": finding.risk,
        "confidence": finding.confidence,
        "fix_state": finding.fix.state,
        "exploited": bool(finding.kev),
        "layer": finding.layer,
    }


def _package(row: Row[Any]) -> dict[str, Any]:
    return {name: row._mapping[name] for name in ("type", "name", "version", "licences", "layer", "presence")}


OPERATIONS = (
    list_images, read_image, delete_image, list_layers, list_packages, list_findings, read_report, read_sbom,
)  # fmt: skip
