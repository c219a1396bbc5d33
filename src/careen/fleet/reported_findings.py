"""The findings of uploaded reports, with the names that rules can refer to. A report keeps the findings of its own scan,
so that they are read from its document and not from stored units.
"""

import zlib
from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace
from sqlalchemy import Connection, select

from careen.app.whole_report import read_report
from careen.log import logger
from careen.model.finding import Vulnerability
from careen.policy.about import About

from .archives import has_content
from .conditions import visible
from .named_findings import NamedFinding
from .tables import image, upload

log = logger(__name__)

READ_BYTES = 64 << 20  # of reports, without compression: as much as one upload may have


def reported_findings(connection: Connection, project_id: int, ids: frozenset[str]) -> tuple[Iterator[NamedFinding], int]:
    """The findings of these vulnerabilities in the newest uploaded reports of the project, and how many older reports are not
    read.
    """
    columns = (upload.c.id, upload.c.size_bytes, upload.c.image_id, image.c.identity, image.c.reference)
    wanted = (
        select(*columns)
        .join(image, image.c.id == upload.c.image_id)
        .where(upload.c.project_id == project_id, upload.c.kind == "report", has_content())
        .where(image.c.state == "ready", visible(project_id))
    )
    rows = connection.execute(wanted.order_by(upload.c.id.desc())).all()
    read, size = 0, 0
    for row in rows:
        size += row.size_bytes
        if size > READ_BYTES:
            break
        read += 1
    return (found for row in rows[:read] for found in _of_report(connection, row, ids)), len(rows) - read


def _of_report(connection: Connection, row: Any, ids: frozenset[str]) -> Iterator[NamedFinding]:
    content = connection.execute(select(upload.c.content).where(upload.c.id == row.id)).scalar_one()
    data = zlib.decompress(content, bufsize=int(row.size_bytes))
    if not any(id.encode() in data for id in ids):
        return
    try:
        report = read_report(data)
    except ValueError as error:
        log.warning("the report %s cannot be read: %s", row.identity, error)
        return
    about = About(replace(report.image, reference=row.identity), report.inventory)
    for finding in report.findings:
        if isinstance(finding, Vulnerability) and (finding.id in ids or not ids.isdisjoint(finding.aliases)):
            yield NamedFinding(row.image_id, row.identity, row.reference, 0, finding.layer or 0, finding, about)
