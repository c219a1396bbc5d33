"""The findings of images, with the names that rules can refer to: those of the package and of the image.

They show what a decision would apply to, as the policy of a scan would, without making the report of every image.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, select

from careen.log import logger
from careen.model.finding import Vulnerability
from careen.model.image import Image, ImageConfig
from careen.model.inventory import Inventory
from careen.policy.about import About
from careen.safety.typed import from_msgpack

from .conditions import visible
from .split import inventory_of
from .tables import context, image, image_unit, unit, unit_finding, upload

log = logger(__name__)


class NamedFinding(Struct, frozen=True):
    image_id: int
    identity: str
    reference: str
    unit_id: int
    layer: int
    finding: Vulnerability
    about: About


def named_findings(
    connection: Connection, project_id: int | None, ids: Sequence[str], *conditions: ColumnElement[bool], limit: int
) -> Iterator[NamedFinding]:
    """Yields the findings of these vulnerabilities in images of the project, at most ``limit``."""
    columns = (image.c.identity, image.c.reference, image_unit.c.image_id, image_unit.c.layer, unit_finding.c.unit_id)
    wanted = (
        select(*columns, unit_finding.c.data, unit.c.data.label("content"), context.c.data.label("context"))
        .select_from(unit_finding)
        .join(image_unit, image_unit.c.unit_id == unit_finding.c.unit_id)
        .join(image, image.c.id == image_unit.c.image_id)
        .join(unit, unit.c.id == unit_finding.c.unit_id)
        .join(context, context.c.id == unit.c.context_id)
        .where(unit_finding.c.vulnerability.in_(ids), visible(project_id), *conditions)
        .order_by(unit_finding.c.unit_id, unit_finding.c.vulnerability, unit_finding.c.package, image_unit.c.image_id)
    )
    last: tuple[int, Inventory] = (0, Inventory(None, ()))
    for row in connection.execute(wanted.limit(limit)):
        try:
            if row.unit_id != last[0]:
                last = (row.unit_id, inventory_of(bytes(row.context), bytes(row.content)))
            finding = from_msgpack(bytes(row.data), Vulnerability)
        except (msgspec.MsgspecError, ValueError) as error:
            log.warning("the package %d cannot be read: %s", row.unit_id, error)
            continue
        about = About(_image(row), last[1])
        yield NamedFinding(row.image_id, row.identity, row.reference, row.unit_id, row.layer, finding, about)


def is_scanned() -> ColumnElement[bool]:
    """A condition: the image is not an uploaded report, whose own findings ``reported_findings`` has."""
    reports = select(upload.c.image_id).where(upload.c.image_id == image.c.id, upload.c.kind == "report")
    return ~reports.exists()


def _image(row: Any) -> Image:
    """The image of a row. An upload has no digest; its identity becomes its name."""
    is_digest = row.identity.startswith("sha256:")
    name, digest = (row.reference, row.identity) if is_digest else (row.identity, "")
    return Image(name, "image", digest, None, ImageConfig(), ())
