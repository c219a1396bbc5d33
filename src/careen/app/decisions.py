"""Decisions about findings: as VEX, as entries to accept, and as the difference of two reports.

Raises: UsageError, InputError.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from careen.app.session import Session, is_report, report_or_scan
from careen.config import Settings
from careen.model.report import Report, Verdict
from careen.plugins import Progress, silent

if TYPE_CHECKING:
    from careen.behaviour.drift import Drift
    from careen.formats.scans.saved_report import Saved
    from careen.formats.vex.statements import Statement, VexStatus
    from careen.policy.accept import Suggestion
    from careen.policy.compare import Difference


class FindingsDiff(Struct, frozen=True):
    """The difference of two reports, and the verdict of the gates on new findings."""

    before: "Saved"
    after: "Saved"
    difference: "Difference"
    verdict: Verdict
    drifts: "tuple[Drift, ...]" = ()  # with the behaviour scanner: the capabilities that programs and scripts have gained


def findings_diff(before: str, after: str, settings: Settings, progress: Progress = silent) -> FindingsDiff:
    """Compares the findings of two reports. ``before`` and ``after`` are files with JSON reports, or references to scan."""
    from careen.policy.compare import compare, verdict_on
    from careen.policy.load import load_policy

    policy = load_policy(settings.fail_on, unknown_as=settings.unknown_as, overdue=settings.overdue)
    old, new = report_or_scan(before, settings, progress), report_or_scan(after, settings, progress)
    drifts = _drifts(before, after, settings, progress) if "behaviour" in settings.scanners else ()
    return FindingsDiff(old, new, compare(old, new), verdict_on(old, new, policy, datetime.now(UTC).date()), drifts)


def _drifts(before: str, after: str, settings: Settings, progress: Progress) -> "tuple[Drift, ...]":
    """The capabilities that programs and scripts have gained; empty if one of the two is a report, which contains no
    files.
    """
    from careen.app.behaviour import drift_between

    if is_report(before) or is_report(after):
        return ()
    return tuple(drift_between(before, after, settings, progress)[0])


def suggested_entries(reports: Sequence[Report]) -> "Sequence[Suggestion]":
    """The entries for ``--accept`` that would accept everything that these reports do not assess."""
    from careen.policy.accept import suggested

    return suggested(reports)


class Decision(Struct, frozen=True):
    """A user's statement about findings: those with these ids, in these packages or in all, and those that ignore rules
    suppress.
    """

    status: "VexStatus"
    ids: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    justification: str = ""
    from_ignores: bool = False  # about the findings that ignore rules suppress, with the rules' reasons
    any_image: bool = False  # about the packages in any image, not only in this one
    author: str = "unknown"


def vex_document(
    reference: str, decision: Decision, settings: Settings, progress: Progress = silent
) -> tuple[int, dict[str, object]]:
    """Makes an OpenVEX document about the findings of an image. Returns the number of its statements and the document."""
    from careen.policy.triage import statements_about, statements_of_ignores

    with Session(settings) as session:
        report = session.scan(reference, progress)
    stated: tuple[Statement, ...] = ()
    if decision.from_ignores:
        stated += statements_of_ignores(report, decision.status, decision.any_image)
    if decision.ids:
        stated += statements_about(
            report, decision.ids, decision.status, decision.justification, decision.packages, decision.any_image
        )
    return len(stated), _openvex(report, stated, decision.author)


def _openvex(report: Report, stated: "tuple[Statement, ...]", author: str) -> dict[str, object]:
    from careen.formats.vex.openvex import document

    now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return document(stated, author, now, report.image.digest)
