"""Decisions about a base image, offered to images that begin with the same layers.

``fixed`` and ``component_not_present`` apply directly, if the package still comes from these layers: they are about the
files there. Every other justification depends on how the software is used, so that a person has to accept it for each
image. Two kinds of statements count: decisions of people who may triage both projects, and statements that trusted
identities have signed (``signed_statements``) about a base that the project can see.
"""

import time
from collections.abc import Iterable, Sequence
from typing import get_args

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, and_, or_, select
from sqlalchemy.orm import aliased

from careen.formats.vex.statements import Product, Statement, VexStatus
from careen.policy.vex import Statements, applies

from .conditions import visible
from .decisions import HIDING, Stated, counting, statement_of, statements
from .named_findings import NamedFinding, is_scanned, named_findings
from .signed_statements import stated_about
from .tables import decision, image, image_layer, image_unit, member, project, signed_statement, user
from .triage import Justification

SOURCE = "base"
SIGNED = "signed"
TRIAGING = ("triager", "admin")
OF_CONTENT = "component_not_present"
MAX_BASES = 200  # base images with decisions whose layers the image begins with
MAX_OFFERS = 500


class Offer(Struct, frozen=True):
    """A decision about a package of the base image, offered to an image. ``applies``: it is valid without being
    accepted. For a signed statement, ``signed`` is its number and ``decided_by`` its signer. Otherwise ``signed`` is 0,
    and ``decision`` is the number of the decision.
    """

    decision: int
    signed: int
    vulnerability: str
    package: str  # the purl as in this image
    status: VexStatus
    justification: Justification
    reason: str
    decided_by: str
    decided_at: float
    expires_at: float | None
    project: str
    base: str  # the reference of the base image
    base_identity: str
    applies: bool

    @property
    def origin(self) -> str:
        if self.signed:
            return f"statement about {self.base}, signed by {self.decided_by}"
        return f"decision {self.decision} of {self.decided_by} about {self.base} in the project {self.project}"


def offers(connection: Connection, project_id: int, image_id: int) -> list[Offer]:
    """The statements about the base images of an image, except those about findings that a decision of the project about the
    image itself already covers.
    """
    row = connection.execute(select(image.c.identity, image.c.reference).where(image.c.id == image_id)).first()
    bases = _bases(connection, project_id, image_id) if row else []
    if not bases or row is None:
        return []
    own = statements(connection, project_id, row.identity)
    known = Statements(own)
    found: dict[tuple[str, str], Offer] = {}
    for base_id, layers in bases:
        for offer in _signed(connection, project_id, image_id, row.identity, base_id, layers, known):
            found[offer.vulnerability, offer.package] = offer
        for stated in _stated_about(connection, project_id, base_id):
            for finding in _of_base(connection, project_id, image_id, base_id, layers, stated.vulnerability):
                if known.about(finding.finding, finding.about) is None and _is_about(stated, finding):
                    offer = _offer(stated, finding)
                    found[offer.vulnerability, offer.package] = offer
    return sorted(found.values(), key=lambda offer: (not offer.applies, offer.vulnerability, offer.package))[:MAX_OFFERS]


def applying(connection: Connection, project_id: int, image_id: int, identity: str) -> tuple[Statement, ...]:
    """The offered statements that apply to the image without being accepted, rewritten to be about this image. A
    decision of the project about the same finding replaces them.
    """
    return tuple(
        statement_of(
            Stated(
                offer.vulnerability,
                offer.package,
                identity,
                offer.status,
                offer.justification or offer.reason,
                offer.decided_at,
                offer.decided_by,
                f"{SIGNED}:{offer.signed}" if offer.signed else f"{SOURCE}:{offer.decision}",
            )
        )
        for offer in offers(connection, project_id, image_id)
        if offer.applies
    )


class _StatedAbout(Struct, frozen=True):
    id: int
    vulnerability: str
    package: str
    status: VexStatus
    justification: Justification
    reason: str
    decided_by: str
    decided_at: float
    expires_at: float | None
    project: str
    base: str
    base_identity: str


def _bases(connection: Connection, project_id: int, image_id: int) -> list[tuple[int, int]]:
    """Images with decisions whose layers are the first layers of this image: pairs of image number and number of
    layers.
    """
    own = _layers(connection, [image_id]).get(image_id, [])
    if len(own) < 2:
        return []
    first = and_(image_layer.c.position == 0, image_layer.c.digest == own[0])
    decided = select(decision.c.id).where(
        decision.c.identity == image.c.identity, decision.c.status.in_(HIDING), *counting(time.time())
    )
    signed = select(signed_statement.c.id).where(signed_statement.c.image_id == image.c.id, visible(project_id))
    candidates = (
        select(image.c.id)
        .join(image_layer, image_layer.c.image_id == image.c.id)
        .where(first, image.c.id != image_id, or_(decided.exists(), signed.exists()))
        .order_by(image.c.id.desc())
        .limit(MAX_BASES)
    )
    numbers = list(connection.execute(candidates).scalars())
    of_candidates = _layers(connection, numbers)
    return [
        (number, len(layers))
        for number, layers in sorted(of_candidates.items())
        if 0 < len(layers) < len(own) and own[: len(layers)] == layers
    ]


def _layers(connection: Connection, numbers: Sequence[int]) -> dict[int, list[str]]:
    wanted = select(image_layer.c.image_id, image_layer.c.digest).where(image_layer.c.image_id.in_(numbers))
    found: dict[int, list[str]] = {}
    for number, digest in connection.execute(wanted.order_by(image_layer.c.image_id, image_layer.c.position)):
        found.setdefault(number, []).append(digest)
    return found


def _stated_about(connection: Connection, project_id: int, base_id: int) -> Iterable[_StatedAbout]:
    names = ("id", "vulnerability", "package", "status", "justification", "reason", "decided_by", "decided_at", "expires_at")
    wanted = (
        select(*(decision.c[name] for name in names), project.c.name.label("project"))
        .add_columns(image.c.reference.label("base"), image.c.identity.label("base_identity"))
        .join(image, image.c.identity == decision.c.identity)
        .join(project, project.c.id == decision.c.project_id)
        .where(image.c.id == base_id, decision.c.status.in_(HIDING), *counting(time.time()))
        .where(_may_triage_both(project_id))
        .order_by(decision.c.id)
        .limit(MAX_OFFERS)
    )
    for row in connection.execute(wanted):
        yield _StatedAbout(**row._mapping)


def _may_triage_both(project_id: int) -> ColumnElement[bool]:
    """A condition on rows of ``decision``: its author may triage today both in the decision's project and in this one.
    API keys do not qualify, because anyone can choose their names.
    """
    one, other = aliased(member), aliased(member)
    there = select(one.c.user_id).where(
        one.c.user_id == user.c.id, one.c.project_id == decision.c.project_id, one.c.role.in_(TRIAGING)
    )
    here = select(other.c.user_id).where(
        other.c.user_id == user.c.id, other.c.project_id == project_id, other.c.role.in_(TRIAGING)
    )
    known = select(user.c.id).where(
        decision.c.decided_by == "user:" + user.c.name,
        user.c.disabled_at.is_(None),
        or_(user.c.is_admin.is_(True), and_(there.exists(), here.exists())),
    )
    return known.exists()


def _of_base(
    connection: Connection, project_id: int, image_id: int, base_id: int, layers: int, vulnerability: str
) -> Iterable[NamedFinding]:
    """Findings of the image with this vulnerability in packages that the base image also contains, and that come from
    its layers.
    """
    in_base = select(image_unit.c.unit_id).where(image_unit.c.image_id == base_id)
    of_layers = (image_unit.c.image_id == image_id, image_unit.c.layer < layers, image_unit.c.unit_id.in_(in_base))
    return named_findings(connection, project_id, [vulnerability], is_scanned(), *of_layers, limit=MAX_OFFERS)


def _is_about(stated: _StatedAbout, found: NamedFinding) -> bool:
    """Whether the decision is about the finding's package. A decision without a package is about the whole base image."""
    if not stated.package:
        return True
    in_any_image = Statement((stated.vulnerability,), stated.status, (Product((stated.package,)),), SOURCE)
    return applies(in_any_image, found.finding, found.about)


def _signed(
    connection: Connection, project_id: int, image_id: int, identity: str, base_id: int, layers: int, known: Statements
) -> Iterable[Offer]:
    """Offers from signed statements: for each finding, the latest statement about it if it hides the finding, whoever
    signed it.
    """
    base = connection.execute(
        select(image.c.reference, image.c.identity).where(image.c.id == base_id, visible(project_id))
    ).first()
    if base is None:
        return
    rows = {f"{SIGNED}:{row.id}": (row, statement) for row, statement in stated_about(connection, base_id, identity)}
    latest = Statements([statement for _, statement in rows.values()])
    for id in sorted({row.vulnerability for row, _ in rows.values()}):
        for found in _of_base(connection, project_id, image_id, base_id, layers, id):
            statement = latest.about(found.finding, found.about)
            if statement is None or statement.status not in HIDING or known.about(found.finding, found.about) is not None:
                continue
            row = rows[statement.source][0]
            is_code = row.justification in get_args(Justification)
            coded: Justification = row.justification if is_code else ""
            reason = "" if is_code else row.justification
            stated = _StatedAbout(
                0, row.vulnerability, row.package, row.status, coded, reason, row.signer, row.stated_at, None, "", *base
            )
            yield _offer(stated, found, row.id)


def _offer(stated: _StatedAbout, found: NamedFinding, signed: int = 0) -> Offer:
    return Offer(
        stated.id,
        signed,
        found.finding.id,
        found.finding.package,
        stated.status,
        stated.justification,
        stated.reason,
        stated.decided_by,
        stated.decided_at,
        stated.expires_at,
        stated.project,
        stated.base,
        stated.base_identity,
        stated.status == "fixed" or stated.justification == OF_CONTENT,
    )
