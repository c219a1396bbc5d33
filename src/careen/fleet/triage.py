"""Decisions about many findings at once: previewed, stored as one batch, and revoked as one.

A preview applies the statements to the stored findings, and to those of uploaded reports, as the policy of a scan does,
so that it shows what reports will show.
Raises: DecisionError for an incomplete decision, or for an image that the project does not see.
"""

import time
import uuid
from itertools import chain
from typing import Annotated, Literal

from msgspec import Meta, Struct
from sqlalchemy import Connection, select, update

from careen.errors import UsageError
from careen.formats.vex.statements import Statement, VexStatus
from careen.policy.vex import Statements

from .conditions import visible
from .decisions import HIDING, Stated, statement_of, statements
from .named_findings import NamedFinding, is_scanned, named_findings
from .reported_findings import reported_findings
from .tables import decision, image

DAY_S = 86_400
MAX_TARGETS = 200
MAX_FINDINGS = 10_000  # findings that a preview reads
SHOWN = 10  # images that a preview lists

VulnerabilityId = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{2,99}\Z")]
PackageUrl = Annotated[str, Meta(max_length=1000, pattern=r"^(pkg:[!-~]+)?\Z")]
Identity = Annotated[str, Meta(max_length=300, pattern=r"^([A-Za-z0-9][A-Za-z0-9:._-]*)?\Z")]
Reason = Annotated[str, Meta(max_length=4000, pattern=r"^[^\x00]*\Z")]
Days = Annotated[int, Meta(ge=1, le=3650)]
Justification = Literal[
    "",
    "component_not_present",
    "vulnerable_code_not_present",
    "vulnerable_code_not_in_execute_path",
    "vulnerable_code_cannot_be_controlled_by_adversary",
    "inline_mitigations_already_exist",
]


class DecisionError(UsageError):
    """A decision is invalid. ``code`` is the affected part: about, justification or identity."""

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.code = code


class Target(Struct, frozen=True, forbid_unknown_fields=True):
    """What a decision is about. ``package`` without a version means all versions, "" all packages of the image.
    ``identity`` "" means all images of the project.
    """

    vulnerability: VulnerabilityId
    package: PackageUrl = ""
    identity: Identity = ""


class Batch(Struct, frozen=True, forbid_unknown_fields=True):
    """The same decision about several targets."""

    targets: Annotated[tuple[Target, ...], Meta(min_length=1, max_length=MAX_TARGETS)]
    status: VexStatus
    justification: Justification = ""
    reason: Reason = ""
    days: Days | None = None


class Hidden(Struct, frozen=True):
    """What the batch would hide: ``hides`` of the ``total`` valid findings of these vulnerabilities, in ``images``
    images. ``exact`` False: the project has more findings than were read. ``unread_reports``: so many uploaded reports
    were not read.
    """

    hides: int
    total: int
    images: int
    exact: bool
    examples: tuple[str, ...]  # references of some of these images
    unread_reports: int = 0


def check(connection: Connection, project_id: int, wanted: Batch) -> None:
    """Raises DecisionError for an incomplete decision: one without any package or image, or one without a reason."""
    if not all(target.package or target.identity for target in wanted.targets):
        raise DecisionError("about", "a decision is about a package, an image, or both")
    if wanted.status == "not_affected" and not wanted.justification and not wanted.reason.strip():
        raise DecisionError("justification", "not_affected needs a justification or a reason")
    identities = {target.identity for target in wanted.targets if target.identity}
    seen = select(image.c.identity).where(visible(project_id), image.c.identity.in_(identities))
    if identities - set(connection.execute(seen).scalars()):
        raise DecisionError("identity", "the project has no such image")


def preview(connection: Connection, project_id: int, wanted: Batch) -> Hidden:
    check(connection, project_id, wanted)
    ids = sorted({target.vulnerability for target in wanted.targets})
    earlier = statements(connection, project_id, ids=ids)
    before = Statements(earlier)
    after = Statements((*earlier, *_new_statements(wanted)))
    hides = total = seen = 0
    images: dict[int, str] = {}
    of_reports, unread = reported_findings(connection, project_id, frozenset(ids))
    for found in chain(named_findings(connection, project_id, ids, is_scanned(), limit=MAX_FINDINGS + 1), of_reports):
        seen += 1
        if seen > MAX_FINDINGS:
            break
        if _hides(before, found):
            continue
        total += 1
        if _hides(after, found):
            hides += 1
            images[found.image_id] = found.reference
    examples = tuple(sorted(images.values())[:SHOWN])
    return Hidden(hides, total, len(images), seen <= MAX_FINDINGS and not unread, examples, unread)


def decide(connection: Connection, project_id: int, wanted: Batch, by: str, *, origin: str = "") -> str:
    """Stores the decisions; returns the id of their batch, which ``undo`` takes."""
    check(connection, project_id, wanted)
    now, batch = time.time(), uuid.uuid4().hex
    rows = [
        {
            "project_id": project_id,
            "vulnerability": target.vulnerability,
            "package": target.package,
            "identity": target.identity,
            "status": wanted.status,
            "justification": wanted.justification,
            "reason": wanted.reason,
            "decided_by": by,
            "decided_at": now,
            "expires_at": now + wanted.days * DAY_S if wanted.days else None,
            "batch": batch,
            "origin": origin,
        }
        for target in dict.fromkeys(wanted.targets)
    ]
    connection.execute(decision.insert(), rows)
    return batch


def undo(connection: Connection, project_id: int, batch: str) -> int:
    """Revokes the valid decisions of a batch; returns how many. They stay on record."""
    of_batch = (decision.c.project_id == project_id, decision.c.batch == batch, decision.c.revoked_at.is_(None))
    if not batch:
        return 0
    return connection.execute(update(decision).where(*of_batch).values(revoked_at=time.time())).rowcount


def _new_statements(wanted: Batch) -> list[Statement]:
    """The statements that the batch would add. They are dated now, so that they replace earlier ones."""
    now, why = time.time(), wanted.justification or wanted.reason
    return [
        statement_of(Stated(target.vulnerability, target.package, target.identity, wanted.status, why, now, "", "preview"))
        for target in wanted.targets
    ]


def _hides(stated: Statements, found: NamedFinding) -> bool:
    statement = stated.about(found.finding, found.about)
    return statement is not None and statement.status in HIDING
