"""The kinds of secrets in each image, for searches: the ids of the rules that found them. Their values are not stored."""

from collections import Counter

from sqlalchemy import Connection, select

from careen.model.finding import ExposedSecret
from careen.model.report import Report

from .conditions import visible
from .tables import image, image_secret

MAX_KINDS = 200  # kinds offered for completion


def store_kinds(connection: Connection, image_id: int, report: Report) -> None:
    """Stores the kinds of secrets in the report, in place of those of an earlier report."""
    connection.execute(image_secret.delete().where(image_secret.c.image_id == image_id))
    kinds = Counter(finding.id for finding in report.findings if isinstance(finding, ExposedSecret))
    if kinds:
        rows = [{"image_id": image_id, "kind": kind, "values": number} for kind, number in sorted(kinds.items())]
        connection.execute(image_secret.insert(), rows)


def known_kinds(connection: Connection, project_id: int | None) -> list[str]:
    """The kinds of secrets in the images of the project, sorted."""
    kinds = select(image_secret.c.kind).join(image, image.c.id == image_secret.c.image_id).where(visible(project_id)).distinct()
    return list(connection.execute(kinds.order_by(image_secret.c.kind).limit(MAX_KINDS)).scalars())
