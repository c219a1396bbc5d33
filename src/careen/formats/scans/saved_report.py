"""A saved report, read back: the findings and packages of a ``careen.report/1`` document.

Findings of a kind that this version does not have are left out.
Raises: ValueError for a document that is not such a report, or lists only some severities.
**Source:** docs/schema/report-1.json.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct

from careen.model.advisory import DatabaseInfo
from careen.model.finding import Finding, Suppressed, SuppressedBy
from careen.model.inventory import Unknown
from careen.model.package import Evidence
from careen.model.report import Coverage, Report
from careen.output.summary import merged
from careen.safety.typed import converted, from_json

SCHEMA = "careen.report/1"
MAX_BYTES = 1 << 30


class SavedPackage(Struct, frozen=True):
    purl: str
    type: str
    name: str
    version: str
    presence: str = "present"


class Saved(Struct, frozen=True):
    """A report that was read back. ``name`` is for people: the reference, or the file that was read. ``sources``:
    names of the loaded sources; None if the scan did not match vulnerabilities."""

    name: str
    created: str
    packages: tuple[SavedPackage, ...]
    findings: tuple[Finding, ...]
    suppressed: tuple[Suppressed, ...]
    coverage: Coverage
    unknowns: tuple[Unknown, ...]
    sources: frozenset[str] | None
    declared: frozenset[str]  # purls of packages that are declared and not installed


class _Unknown(Struct, frozen=True):
    code: str
    cataloger: str
    path: str
    layer: int
    reason: str
    whole_layer: bool = False


class _Target(Struct, frozen=True):
    kind: str
    distribution: dict[str, Any] | None


class _Schema(Struct):
    schema: str


class _Document(Struct):
    created: str
    target: _Target
    packages: list[SavedPackage]
    findings: list[dict[str, Any]]
    suppressed: list[dict[str, Any]]
    unknowns: list[_Unknown]
    coverage: Coverage
    database: DatabaseInfo | None
    listed: list[str] | None = None


def saved(report: Report) -> Saved:
    packages = tuple(
        SavedPackage(purl, package.type, package.name, package.version, package.presence)
        for purl, package in merged(report.inventory.packages)
    )
    return Saved(
        report.image.reference,
        report.created,
        packages,
        report.findings,
        report.suppressed,
        report.coverage,
        report.unknowns,
        _sources(report.coverage, report.database),
        _declared(packages, report.image.kind, report.inventory.distribution),
    )


def read_saved(data: bytes, name: str) -> Saved:
    if len(data) > MAX_BYTES:
        raise ValueError(f"over {MAX_BYTES >> 20} MiB")
    try:
        schema = from_json(data, _Schema).schema
        if schema != SCHEMA:
            raise ValueError(f"its schema is {schema[:40]!r}, not {SCHEMA}")
        found = from_json(data, _Document)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise ValueError(f"not a report of Careen in JSON: {error}") from None
    if found.listed is not None:
        raise ValueError(f"it lists only findings of severity {', '.join(found.listed)} (--severity)")
    return Saved(
        name,
        found.created,
        tuple(found.packages),
        tuple(one for part in found.findings if (one := _finding(part)) is not None),
        tuple(aside for part in found.suppressed if (aside := _suppressed(part)) is not None),
        found.coverage,
        tuple(
            Unknown(
                unknown.cataloger, Evidence(unknown.path, unknown.layer), unknown.reason, unknown.whole_layer, code=unknown.code
            )
            for unknown in found.unknowns
        ),
        _sources(found.coverage, found.database),
        _declared(found.packages, found.target.kind, found.target.distribution),
    )


def _sources(coverage: Coverage, database: DatabaseInfo | None) -> frozenset[str] | None:
    if any(reason.code == "not_asked" for reason in coverage.reasons):
        return None
    return database.loaded if database else frozenset()


def _declared(packages: Sequence[SavedPackage], kind: str, distribution: object) -> frozenset[str]:
    """Purls of packages that are only declared; none in a source tree or a single file, where nothing is installed."""
    if kind == "directory" and distribution is None:
        return frozenset()
    declared = frozenset(package.purl for package in packages if package.presence == "declared")
    return declared.difference(package.purl for package in packages if package.presence != "declared")


KINDS = ("vulnerability", "misconfiguration", "integrity", "licence", "behaviour", "secret")


def _finding(part: Any) -> Finding | None:
    if not isinstance(part, dict) or part.get("kind") not in KINDS:
        return None
    try:
        one: Finding = converted(part, Finding)  # type: ignore[arg-type]
    except msgspec.ValidationError as error:
        raise ValueError(f"a finding does not match the schema: {error}") from None
    return one


def _suppressed(part: dict[str, Any]) -> Suppressed | None:
    finding = _finding(part.get("finding"))
    try:
        return Suppressed(finding, converted(part.get("by"), SuppressedBy)) if finding else None
    except msgspec.ValidationError as error:
        raise ValueError(f"a suppression does not match the schema: {error}") from None
