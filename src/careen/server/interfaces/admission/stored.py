"""Looks up stored images by digests and tags, in few and small queries."""

import time
from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection, Row, Select, or_, select, tuple_

from careen.fleet.fleet import Fleet
from careen.fleet.project_verdicts import verdicts_of
from careen.fleet.tables import decision, image, image_unit, project_image, registry, repository, tag, unit_finding
from careen.images.names import Reference
from careen.safety.digest import is_digest

MAX_FINDINGS = 20_000
MAX_DECISIONS = 20_000
_SETTLES = ("not_affected", "fixed")


class Stored(Struct, frozen=True):
    """A ready image that the project sees, with the counts of its findings. ``exit_code`` is the verdict by the policy
    of the project, or without one by the server's settings; None if it is not decided.
    """

    id: int
    identity: str
    digest: str
    exit_code: int | None
    coverage: str
    critical: int
    high: int
    medium: int
    low: int
    exploited: int
    assessed_at: float | None

    def count(self, severity: str) -> int:
        return {"critical": self.critical, "high": self.high, "medium": self.medium, "low": self.low}.get(severity, 0)


def stored_of(fleet: Fleet, project_id: int, digests: Iterable[str]) -> dict[str, list[Stored]]:
    """The stored images by digest: that of the manifest, or of the index that lists it."""
    wanted = tuple(dict.fromkeys(digests))
    found: dict[str, list[Stored]] = {}
    if not wanted:
        return found
    columns = [image.c[name] for name in Stored.__struct_fields__]
    by_name = or_(image.c.identity.in_(wanted), image.c.digest.in_(wanted))
    query = _visible(select(*columns, image.c.kind, image.c.state).where(by_name), project_id)
    with fleet.engine.connect() as connection:
        images = [Stored(*row[:-2]) for row in connection.execute(query) if _counts(row)]
        own = verdicts_of(connection, project_id, [known.id for known in images]) if images else None
    if own is not None:
        images = [replace(known, exit_code=own[known.id]) for known in images]
    for known in images:
        for digest in {known.identity, known.digest} & set(wanted):
            found.setdefault(digest, []).append(known)
    return found


def digests_of_tags(fleet: Fleet, project_id: int, references: Sequence[Reference]) -> dict[str, str]:
    """The digests that these tags had in the latest crawl, by reference. Tags whose image is not ready are left out."""
    if not references:
        return {}
    names = {(known.registry, known.repository, known.tag): str(known) for known in references}
    query = (
        select(registry.c.host, repository.c.name.label("repository"), tag.c.name)
        .add_columns(image.c.identity, image.c.digest, image.c.kind, image.c.state)
        .join(repository, repository.c.registry_id == registry.c.id)
        .join(tag, tag.c.repository_id == repository.c.id)
        .join(image, image.c.id == tag.c.image_id)
        .where(registry.c.project_id == project_id, tuple_(registry.c.host, repository.c.name, tag.c.name).in_(list(names)))
    )
    with fleet.engine.connect() as connection:
        rows = connection.execute(_visible(query, project_id)).all()
    found = {names[row.host, row.repository, row.name]: row.digest or row.identity for row in rows if _counts(row)}
    return {name: digest for name, digest in found.items() if is_digest(digest)}


def counted(fleet: Fleet, project_id: int, known: Stored) -> Stored:
    """The image, with counts that exclude the findings that the project's decisions settle."""
    with fleet.engine.connect() as connection:
        decisions = _decisions(connection, project_id, known)
        if not decisions:
            return known
        query = (
            select(unit_finding.c.severity, unit_finding.c.exploited, unit_finding.c.vulnerability, unit_finding.c.package)
            .join(image_unit, image_unit.c.unit_id == unit_finding.c.unit_id)
            .where(image_unit.c.image_id == known.id, image_unit.c.presence == "present")
            .where(unit_finding.c.confidence != "possible")  # the image's counts leave these out
            .where(unit_finding.c.vulnerability.in_(list(decisions)))
            .limit(MAX_FINDINGS)
        )
        settled = [row for row in connection.execute(query) if _settles(decisions[row.vulnerability], row.package)]
    gone = {severity: sum(row.severity == severity for row in settled) for severity in ("critical", "high", "medium", "low")}
    left = {severity: max(0, known.count(severity) - number) for severity, number in gone.items()}
    exploited = max(0, known.exploited - sum(bool(row.exploited) for row in settled))
    return Stored(
        *(left.get(name, exploited if name == "exploited" else getattr(known, name)) for name in Stored.__struct_fields__)
    )


def _visible(query: Select[Any], project_id: int) -> Select[Any]:
    """The query, limited to images that the project sees. It uses ``exists`` instead of a join, so that the database
    first looks up the few images, and not all of the project.
    """
    seen = (project_image.c.image_id == image.c.id) & (project_image.c.project_id == project_id)
    return query.where(select(project_image.c.image_id).where(seen, project_image.c.deleted_at.is_(None)).exists())


def _counts(row: Row[Any]) -> bool:
    """Whether the image may represent its digest. Uploads may not, because the fleet did not read them; nor may images
    of Clair's clients, who name the layers themselves. This is checked here, because in the query SQLite would look up
    all ready images.
    """
    return row.kind == "image" and row.state == "ready" and not row.identity.startswith("clair:")


def _decisions(connection: Connection, project_id: int, known: Stored) -> dict[str, list[str]]:
    """The packages that valid decisions are about, by vulnerability."""
    now = time.time()
    query = (
        select(decision.c.vulnerability, decision.c.package)
        .where(decision.c.project_id == project_id, decision.c.status.in_(_SETTLES), decision.c.revoked_at.is_(None))
        .where(or_(decision.c.expires_at.is_(None), decision.c.expires_at > now))
        .where(decision.c.identity.in_(("", known.identity, known.digest)))
        .limit(MAX_DECISIONS)
    )
    found: dict[str, list[str]] = {}
    for row in connection.execute(query):
        found.setdefault(row.vulnerability, []).append(row.package)
    return found


def _settles(packages: Sequence[str], purl: str) -> bool:
    """Whether a decision about one of the packages covers the purl. A decision has a purl, a purl without version for
    all versions, or "" for any package.
    """
    bare = purl.partition("?")[0]
    return any(not name or name in (purl, bare) or bare.startswith(f"{name}@") for name in packages)
