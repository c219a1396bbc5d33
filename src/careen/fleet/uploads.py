"""SBOMs, reports and archives that were made elsewhere: each is an image of its own kind, by whom, and stands in for no scan.

In: the bytes, in any format that Careen reads. Out: a row of kind ``uploaded`` that this project alone sees, and a job of the
kind ``upload``, which assesses its packages (``assess``); the layers of an archive are read by the jobs of all layers. A report
keeps the verdict that it came with.
Raises: InputError for a document that cannot be read.
"""

import hashlib
import time
import uuid
import zlib
from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection, select, update

from careen.app.documents import sbom_formats
from careen.config import Settings
from careen.errors import InputError
from careen.model.finding import ExposedSecret, Finding, Misconfiguration, Vulnerability
from careen.model.image import Image, ImageConfig
from careen.model.inventory import Inventory
from careen.model.report import Coverage, Report
from careen.policy.policy import Policy
from careen.safety.typed import from_json

from . import archives
from .fleet import PERSON, Fleet
from .projects import refuse_over_quota
from .queue import Job
from .sources import Source
from .tables import image, project_image, upload

JOB = "upload"
MAX_BYTES = 64 << 20


class Uploaded(Struct, frozen=True):
    """``token`` asks for its state."""

    token: str
    identity: str
    kind: str  # sbom, report, archive


class Document(Struct, frozen=True):
    """What was uploaded, read once before it is stored: a document that nobody can read is refused at once."""

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
        raise InputError("this is no archive of an image, no SBOM, and no report of careen scan", f"SBOMs: {known}")
    try:
        found = format.read(data)
    except ValueError as error:
        raise InputError(f"the SBOM cannot be read: {error}", "create it again") from None
    return Document("sbom", data, Image("", "sbom", found.digest, None, ImageConfig(), ()), found.inventory)


def store(fleet: Fleet, connection: Connection, project_id: int, found: Document, name: str, by: str) -> Uploaded:
    """In the caller's transaction. The same bytes again are the same image."""
    digest = hashlib.sha256(found.data).hexdigest()
    identity = f"upload:{project_id}:{digest}"
    content = zlib.compress(found.data, 6)
    now = time.time()
    known = connection.execute(select(image.c.id).where(image.c.identity == identity)).scalar()
    refuse_over_quota(connection, project_id, stored=len(content), images=0 if known else 1)
    image_id = known or _insert_image(connection, identity, found, name, by, now)
    seen = (project_image.c.project_id == project_id, project_image.c.image_id == image_id)
    if connection.execute(update(project_image).where(*seen).values(deleted_at=None)).rowcount == 0:
        connection.execute(project_image.insert().values(project_id=project_id, image_id=image_id, seen_at=now))
    token = str(uuid.uuid4())
    row = {"project_id": project_id, "image_id": image_id, "token": token, "name": name, "kind": found.kind, "at": now}
    row |= {"content": content, "size_bytes": len(found.data), "uploaded_by": by}
    connection.execute(upload.insert().values(**row))
    if found.kind == archives.KIND:
        if not known:
            _enrol_archive(fleet, connection, image_id, identity, found, name, by)
        return Uploaded(token, identity, found.kind)
    payload = msgspec.json.encode(_Payload(identity))
    fleet.queue.add(connection, [Job(JOB, f"{JOB}:{identity}", payload, PERSON, by)])
    return Uploaded(token, identity, found.kind)


def _enrol_archive(
    fleet: Fleet, connection: Connection, image_id: int, identity: str, found: Document, name: str, by: str
) -> None:
    from .enrolment import enrol_layers

    opened = replace(found.image, reference=name or found.image.tag or "uploaded", opened="an uploaded archive")
    source = Source(upload=identity, platform=str(opened.platform or ""))
    connection.execute(update(image).where(image.c.id == image_id).values(source=source.encoded(), reference=opened.reference))
    enrol_layers(fleet, connection, image_id, opened, source, PERSON, by)


def read_upload(connection: Connection, identity: str, settings: Settings) -> Document | None:
    """The latest upload of an image of kind ``uploaded``; None if it was deleted meanwhile."""
    wanted = select(upload.c.content, upload.c.size_bytes).join(image, image.c.id == upload.c.image_id)
    row = connection.execute(wanted.where(image.c.identity == identity).order_by(upload.c.id.desc())).first()
    return None if row is None else read(zlib.decompress(row.content, bufsize=int(row.size_bytes)), settings)


def assess(fleet: Fleet, job: Job, keep: Callable[[Fleet, int, Report], None]) -> None:
    """The handler of the jobs of ``store``. ``keep`` stores the packages, and makes the image ready."""
    identity = from_json(job.payload, _Payload).identity
    with fleet.engine.connect() as connection:
        row = connection.execute(select(image.c.id, image.c.reference).where(image.c.identity == identity)).first()
        found = read_upload(connection, identity, fleet.settings)
    if row is not None and found is not None:
        keep(fleet, row.id, _assessed(fleet, found, row.reference))


def report_of(fleet: Fleet, identity: str, policy: Policy | None = None) -> Report | None:
    """An uploaded report as it was uploaded; of an SBOM the one by the present advisories, and by this policy."""
    with fleet.engine.connect() as connection:
        name = connection.execute(select(image.c.reference).where(image.c.identity == identity)).scalar()
        found = read_upload(connection, identity, fleet.settings)
    if found is None or found.kind == archives.KIND:  # whose report is made of its layers, when they are read
        return None
    return _assessed(fleet, found, name or "", policy)


def _assessed(fleet: Fleet, found: Document, name: str, policy: Policy | None = None) -> Report:
    if found.report is not None:
        return found.report
    with fleet.session() as session:
        return session.scan((replace(found.image, reference=name), found.inventory), policy=policy)


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
        "digest": "",  # it never answers for a scan of that digest
        "reference": name or found.image.reference or "uploaded",
        "state": "joining",
        "lane": PERSON,
        "packages": len(found.inventory.packages),
        "enrolled_at": now,
    }
    if found.report is not None:
        row |= _counts(found.report.findings, found.report.coverage) | {"exit_code": found.report.verdict.exit_code}
    created = connection.execute(image.insert().values(**row)).inserted_primary_key
    assert created is not None
    return int(created[0])


def _counts(findings: tuple[Finding, ...], coverage: Coverage) -> dict[str, Any]:
    """As the report has them, until the server has assessed it."""
    vulnerabilities = [finding for finding in findings if isinstance(finding, Vulnerability)]
    severities = [finding.severity for finding in vulnerabilities]
    return {
        **{severity: severities.count(severity) for severity in ("critical", "high", "medium", "low")},
        "unrated": severities.count("unknown"),
        "fixable": sum(finding.fix.state == "fixed" for finding in vulnerabilities),
        "exploited": sum(bool(finding.kev) for finding in vulnerabilities),
        "misconfigurations": sum(isinstance(finding, Misconfiguration) for finding in findings),
        "secrets": sum(isinstance(finding, ExposedSecret) for finding in findings),
        "risk": round(1000 * max((finding.risk for finding in vulnerabilities), default=0.0)),
        "coverage": coverage.verdict,
    }
