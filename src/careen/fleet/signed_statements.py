"""Statements about images that trusted identities have signed: VEX documents next to the images in their registries,
read once a day.

``vex_trust`` in the settings of the service is a policy of signatures that states who is trusted. A document counts if
a trusted identity has signed it and the signed text contains the image's digest. An incomplete answer of a registry
replaces no stored statements.
"""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select

from careen.errors import Error
from careen.formats.vex.statements import Product, Statement
from careen.images.referrers import Asked
from careen.images.registry import connected, opened
from careen.log import logger
from careen.model.attached import Attached
from careen.model.image import Image, ImageConfig
from careen.model.inventory import Inventory
from careen.policy.about import About
from careen.policy.vex import moment_of, stated_beside
from careen.signing.requirement import read_requirement
from careen.signing.trust import Trust

from .connection import writing
from .fleet import Fleet
from .queue import Job, RetryError
from .rows import batches, insert
from .sources import Source, context_of, source_of
from .tables import image, signed_check, signed_statement

log = logger(__name__)

DAY_S = 86_400.0
MAX_CHECKED = 200  # images of one run, the ones with the oldest check first
MAX_STATEMENTS = 2000  # statements about one image
MANY = 500
Ask = Callable[[Fleet, Source, Trust], Attached]


def beside(fleet: Fleet, source: Source, trust: Trust) -> Attached:
    context = context_of(fleet, source)
    repository, store = connected(source.reference, context)
    found = opened(repository, store, None, source.reference, context.platform, Asked(trust))
    return found.attached or Attached(complete=False)


def check(fleet: Fleet, job: Job, ask: Ask = beside) -> None:
    """Handles jobs of kind ``signed``: reads the signed statements about images. If a registry does not answer, the
    failure is stored, and the earlier statements are kept.
    """
    if fleet.settings.vex_trust is None:
        return
    required = read_requirement(fleet.settings.vex_trust)
    for row in _due(fleet, time.time()):
        trouble, attached = "", Attached(complete=False)
        try:
            trust = Trust(required.keys, required.identities, required.root)  # each bounds what it verifies
            attached = ask(fleet, source_of(bytes(row.source)), trust)
            trouble = "; ".join(attached.troubles)
        except (Error, RetryError) as error:
            log.info("the statements about image %d could not be read: %s", row.id, error)
            trouble = str(error)
        with writing(fleet.engine) as connection:
            if attached.complete:
                _replace(connection, row, attached)
            values = {"image_id": row.id, "at": time.time(), "trouble": trouble[:500]}
            new = insert(connection, signed_check)
            again = {name: new.excluded[name] for name in ("at", "trouble")}
            connection.execute(new.on_conflict_do_update(index_elements=["image_id"], set_=again), values)


def stated_about(connection: Connection, image_id: int, identity: str) -> list[tuple[Row[Any], Statement]]:
    """The rows of statements about the image ``image_id``, each with the statement as one about the image ``identity``,
    which begins with the same layers.
    """
    wanted = select(signed_statement).where(signed_statement.c.image_id == image_id).order_by(signed_statement.c.id)
    return [(row, _statement(row, identity)) for row in connection.execute(wanted.limit(MAX_STATEMENTS))]


def _due(fleet: Fleet, now: float) -> list[Row[Any]]:
    checked = func.coalesce(signed_check.c.at, 0.0)
    wanted = (
        select(image.c.id, image.c.identity, image.c.reference, image.c.source)
        .outerjoin(signed_check, signed_check.c.image_id == image.c.id)
        .where(image.c.kind == "image", image.c.state == "ready", func.length(image.c.source) > 0, checked < now - DAY_S)
        .order_by(checked, image.c.id.desc())
        .limit(MAX_CHECKED)
    )
    with fleet.engine.connect() as connection:
        rows: list[Row[Any]] = list(connection.execute(wanted))
    return [row for row in rows if source_of(bytes(row.source)).reference]


def _replace(connection: Connection, row: Row[Any], attached: Attached) -> None:
    connection.execute(delete(signed_statement).where(signed_statement.c.image_id == row.id))
    about = About(Image(row.reference, "image", row.identity, None, ImageConfig(), ()), Inventory(None, ()))
    signers = {document.source: document.signature.verified_by for document in attached.vex if document.signature}
    rows = [
        {
            "image_id": row.id,
            "vulnerability": id[:100],
            "package": package,
            "status": statement.status,
            "justification": statement.justification,
            "signer": signers.get(statement.source, ""),
            "document": statement.source[:200],
            "stated_at": max(0.0, moment_of(statement.issued)),
        }
        for statement in stated_beside(attached, False)
        for id in dict.fromkeys(statement.ids)
        for package in dict.fromkeys(_packages(statement, about))
    ]
    for some in batches(rows[:MAX_STATEMENTS], MANY):
        connection.execute(signed_statement.insert(), some)


def _packages(statement: Statement, about: About) -> Iterator[str]:
    """The purls that the statement is about; "" means the whole image. Products that are another image are ignored."""
    for product in statement.products:
        if product.components:
            if any(about.is_image(name) for name in product.names):
                yield from (name for names in product.components for name in names if name.startswith("pkg:"))
        elif any(about.is_image(name) for name in product.names):
            yield ""
        else:
            yield from (name for name in product.names if name.startswith("pkg:") and not name.startswith("pkg:oci/"))


def _statement(row: Row[Any], identity: str) -> Statement:
    issued = datetime.fromtimestamp(row.stated_at, UTC).isoformat()
    return Statement(
        (row.vulnerability,),
        row.status,
        (Product((row.package or identity,)),),
        f"signed:{row.id}",
        row.justification,
        issued,
        row.signer,
    )
