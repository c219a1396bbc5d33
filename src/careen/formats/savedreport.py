"""What an earlier report said: the findings and packages of a ``careen.report/1`` document.

Findings of a kind that this version does not know are left out.
Raises: ValueError for what is no such report, or lists only some severities.
**Source:** docs/schema/report-1.json.
"""

from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import Struct

from careen.model.finding import Finding, Suppressed, SuppressedBy
from careen.model.reasons import effect_of
from careen.model.report import Reason, Report

from .summary import merged

SCHEMA = "careen.report/1"
MAX_BYTES = 1 << 30


class SavedPackage(Struct, frozen=True):
    purl: str
    type: str
    name: str
    version: str


class Saved(Struct, frozen=True):
    """``name`` is what people call it: the reference, or the file it was read from. ``missing`` says why a gate cannot
    be answered by it: codes of reasons that block, and what they are about."""

    name: str
    created: str
    packages: tuple[SavedPackage, ...]
    findings: tuple[Finding, ...]
    suppressed: tuple[Suppressed, ...]
    missing: tuple[str, ...] = ()


class _Reason(Struct, frozen=True):
    code: str
    subjects: tuple[str, ...] = ()


class _Coverage(Struct, frozen=True):
    reasons: tuple[_Reason, ...] = ()


class _Verdict(Struct, frozen=True):
    exit_code: int = 0


class _Document(Struct):
    schema: str
    created: str
    packages: list[SavedPackage]
    findings: list[dict[str, Any]]
    suppressed: list[dict[str, Any]]
    listed: list[str] | None = None
    coverage: _Coverage = _Coverage()
    verdict: _Verdict = _Verdict()


def saved(report: Report) -> Saved:
    packages = tuple(
        SavedPackage(purl, package.type, package.name, package.version) for purl, package in merged(report.inventory.packages)
    )
    missing = _missing(report.coverage.reasons, report.verdict.exit_code)
    return Saved(report.image.reference, report.created, packages, report.findings, report.suppressed, missing)


def read_saved(data: bytes, name: str) -> Saved:
    if len(data) > MAX_BYTES:
        raise ValueError(f"over {MAX_BYTES >> 20} MiB")
    try:
        found = msgspec.json.decode(data, type=_Document)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise ValueError(f"no report of careen in JSON: {error}") from None
    if found.schema != SCHEMA:
        raise ValueError(f"its schema is {found.schema[:40]!r}, not {SCHEMA}")
    if found.listed is not None:
        raise ValueError(f"it lists only findings of severity {', '.join(found.listed)} (--severity)")
    findings = tuple(one for part in found.findings if (one := _finding(part)) is not None)
    suppressed = tuple(aside for part in found.suppressed if (aside := _suppressed(part)) is not None)
    missing = _missing(found.coverage.reasons, found.verdict.exit_code)
    return Saved(name, found.created, tuple(found.packages), findings, suppressed, missing)


def _missing(reasons: Iterable[Reason | _Reason], exit_code: int) -> tuple[str, ...]:
    blocking = [
        ": ".join(filter(None, (one.code, ", ".join(one.subjects[:3]))))
        for one in reasons
        if effect_of(one.code) == "blocks" or one.code == "not_asked"
    ]
    return tuple(blocking) or (("incomplete",) if exit_code == 3 else ())


def _finding(part: Any) -> Finding | None:
    if not isinstance(part, dict) or part.get("kind") not in ("vulnerability", "misconfiguration", "secret"):
        return None
    try:
        one: Finding = msgspec.convert(part, Finding)
    except msgspec.ValidationError as error:
        raise ValueError(f"a finding is not as the schema says: {error}") from None
    return one


def _suppressed(part: dict[str, Any]) -> Suppressed | None:
    finding = _finding(part.get("finding"))
    try:
        return Suppressed(finding, msgspec.convert(part.get("by"), SuppressedBy)) if finding else None
    except msgspec.ValidationError as error:
        raise ValueError(f"a suppression is not as the schema says: {error}") from None
