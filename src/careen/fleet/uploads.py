"""Uploaded SBOMs, reports and archives. Each becomes an image of its own kind, with its sender; none replaces a scan.

In: the bytes, in any format that Careen reads. Out: a row of kind ``uploaded`` that only this project sees, and a job
of kind ``upload``, which assesses its packages (``images.join_upload``). The layers of an archive are read by the
ordinary jobs for layers. A report keeps its findings; lists and searches assess its packages with today's advisories.
Raises: InputError for a document that cannot be read.
"""

import hashlib
import time
import uuid
import zlib
from datetime import date
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection, select, update

from careen.app.documents import sbom_formats
from careen.config import Settings
from careen.errors import InputError
from careen.model.image import Image, ImageConfig
from careen.model.inventory import Inventory
from careen.model.report import Report
from careen.policy.policy import Policy
from careen.policy.reapplied import reapplied
from careen.safety.typed import from_json

from . import archives
from .fleet import PERSON, Fleet
from .joined import Scanned, scanned
from .projects import refuse_over_quota
from .queue import Job
from .sources import Source
from .summary import summary_of
from .tables import image, project_image, upload

JOB = "upload"
MAX_BYTES = 64 << 20


class Uploaded(Struct, frozen=True):
    """A stored upload. ``token`` identifies it in requests for its state."""

    token: str
    identity: str
    kind: str  # sbom, report, archive


class Document(Struct, frozen=True):
    """An uploaded document, parsed before it is stored, so that an unreadable one is refused at once."""

    kind: str
    data: bytes
    image: Image
    inventory: Inventory
    report: Report | None = None


class _Payload(Struct, frozen=True):
    identity: str


def read(data: bytes, settings: Settings) -> Document:
    if len(data) > MAX_BYTES:
        raise InputError(f"the document has more than {MAX_BYTES >> 20} MiB", "upload the SBOM without its files")
    if archives.is_archive(data):
        return Document(archives.KIND, data, archives.read(data, settings), Inventory(None, ()))
    report = _report(data)
    if report is not None:
        return Document("report", data, report.image, report.inventory, report)
    format = next((known for known in sbom_formats() if known.accepts(data[: 64 * 1024])), None)
    if format is None:
        known = ", ".join(format.description for format in sbom_formats())
        raise InputError("this is not an archive of an image, an SBOM or a report of careen scan", f"SBOMs: {known}")
    try:
        found = format.read(data)
    except ValueError as error:
        raise InputError(f"the SBOM cannot be read: {error}", "create it again") from None
    return Document("sbom", data, Image("", "sbom", found.digest, None, ImageConfig(), ()), found.inventory)


def store(
    fleet: Fleet, connection: Connection, project_id: int, found: Document, name: str, by: str, file_name: str = ""
) -> Uploaded:
    """Stores the document in the caller's transaction. The same bytes again are the same image, and are stored once; if it
    had failed, it is tried again. Lists show ``name``, else the document's own, else ``file_name``.
    """
    shown_as = name or (found.image.tag if found.kind == archives.KIND else found.image.reference) or file_name or "uploaded"
    digest = hashlib.sha256(found.data).hexdigest()
    identity = f"upload:{project_id}:{digest}"
    now = time.time()
    known = connection.execute(select(image.c.id, image.c.state).where(image.c.identity == identity)).first()
    content = b"" if known else zlib.compress(found.data, 6)
    refuse_over_quota(connection, project_id, stored=len(content), images=0 if known else 1)
    image_id = known.id if known else _insert_image(connection, identity, found, shown_as, by, now)
    seen = (project_image.c.project_id == project_id, project_image.c.image_id == image_id)
    if connection.execute(update(project_image).where(*seen).values(deleted_at=None)).rowcount == 0:
        connection.execute(project_image.insert().values(project_id=project_id, image_id=image_id, seen_at=now))
    token = str(uuid.uuid4())
    row = {"project_id": project_id, "image_id": image_id, "token": token, "name": name, "kind": found.kind, "at": now}
    row |= {"content": content, "size_bytes": len(found.data), "uploaded_by": by}
    connection.execute(upload.insert().values(**row))
    has_failed = known is not None and known.state == "failed"
    if has_failed:
        again = {"state": "joining", "tries": 0, "reason": "", "step_at": now}
        connection.execute(update(image).where(image.c.id == image_id).values(**again))
    if found.kind != archives.KIND:
        fleet.queue.add(connection, [job_of(identity, by)])
    elif has_failed or not known:
        _enrol_archive(fleet, connection, image_id, identity, found, shown_as, by)
    return Uploaded(token, identity, found.kind)


def _enrol_archive(
    fleet: Fleet, connection: Connection, image_id: int, identity: str, found: Document, name: str, by: str
) -> None:
    from .enrolment import enrol_layers

    opened = replace(found.image, reference=name, opened="an uploaded archive")
    source = Source(upload=identity, platform=str(opened.platform or ""))
    connection.execute(update(image).where(image.c.id == image_id).values(source=source.encoded(), reference=opened.reference))
    enrol_layers(fleet, connection, image_id, opened, source, PERSON, by)


def read_upload(connection: Connection, identity: str, settings: Settings) -> Document | None:
    """The upload of an image of kind ``uploaded``; None if it was deleted meanwhile."""
    wanted = select(upload.c.content, upload.c.size_bytes).join(image, image.c.id == upload.c.image_id)
    row = connection.execute(wanted.where(image.c.identity == identity, archives.has_content())).first()
    return None if row is None else read(zlib.decompress(row.content, bufsize=int(row.size_bytes)), settings)


def kind_of(connection: Connection, identity: str) -> str:
    """sbom, report or archive, of an image of kind ``uploaded``; "" if it was deleted meanwhile."""
    wanted = select(upload.c.kind).join(image, image.c.id == upload.c.image_id).where(image.c.identity == identity)
    return connection.execute(wanted.order_by(upload.c.id.desc()).limit(1)).scalar() or ""


def identity_of(job: Job) -> str:
    """The identity of the image in the payload of a job that ``job_of`` made."""
    return from_json(job.payload, _Payload).identity


def job_of(identity: str, by: str) -> Job:
    return Job(JOB, f"{JOB}:{identity}", msgspec.json.encode(_Payload(identity)), PERSON, by)


def assessed(fleet: Fleet, identity: str, name: str) -> Scanned | None:
    """Assesses the upload with today's advisories; None if it was deleted meanwhile."""
    with fleet.engine.connect() as connection:
        found = read_upload(connection, identity, fleet.settings)
    if found is None:
        return None
    if found.report is not None:
        return Scanned(found.report, found.report.inventory, time.time())
    return scanned(fleet, replace(found.image, reference=name), found.inventory)


def report_of(fleet: Fleet, identity: str, policy: Policy | None = None) -> Report | None:
    """The report of an upload; None if there is none. An SBOM is assessed with today's advisories. An uploaded report
    keeps its findings, and this policy applies to them.
    """
    with fleet.engine.connect() as connection:
        name = connection.execute(select(image.c.reference).where(image.c.identity == identity)).scalar()
        found = read_upload(connection, identity, fleet.settings)
    if found is None or found.kind == archives.KIND:  # the report of an archive is made from its layers, when they are read
        return None
    if found.report is not None:
        return reapplied(found.report, policy, date.today(), name or "") if policy else found.report
    with fleet.session() as session:
        return session.scan((replace(found.image, reference=name or ""), found.inventory), policy=policy)


def _report(data: bytes) -> Report | None:
    from careen.app.whole_report import read_report

    if b"careen.report/" not in data[:4096]:
        return None
    try:
        return read_report(data)
    except ValueError as error:
        raise InputError(f"the report cannot be read: {error}", "careen scan IMAGE --format json=FILE writes one") from None


def _insert_image(connection: Connection, identity: str, found: Document, name: str, by: str, now: float) -> int:
    row: dict[str, Any] = {
        "identity": identity,
        "kind": "uploaded",
        "uploaded_by": by,
        "digest": "",  # so that it never counts as a scan of that digest
        "reference": name,
        "state": "joining",
        "lane": PERSON,
        "packages": len(found.inventory.packages),
        "enrolled_at": now,
        "step_at": now,
    }
    if found.report is not None:
        row |= summary_of(found.report)  # the values of the uploaded report, until the server has assessed its packages
    created = connection.execute(image.insert().values(**row)).inserted_primary_key
    assert created is not None
    return int(created[0])
