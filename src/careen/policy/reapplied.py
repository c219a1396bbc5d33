"""Applies another policy, with its rules and statements, to a report that was made elsewhere.

Findings that the scan of the report suppressed stay suppressed. Without gates in the policy, the report keeps its verdict.
"""

from datetime import date

from msgspec.structs import replace

from careen.formats.scans.saved_report import saved
from careen.model.report import Report

from .about import About
from .compare import undecided, without_gates
from .policy import Assessed, Policy, assess


def reapplied(report: Report, policy: Policy, today: date, reference: str = "") -> Report:
    """The report under the policy. ``reference``: the image's name in statements, if it differs from the report's."""
    assessed = reassessed(report, policy, today, reference)
    suppressed = (*report.suppressed, *assessed.suppressed)
    if not policy.fail_on:
        return replace(report, findings=assessed.findings, suppressed=suppressed)
    return replace(
        report,
        findings=assessed.findings,
        suppressed=suppressed,
        coverage=assessed.coverage,
        verdict=assessed.verdict,
    )


def reassessed(report: Report, policy: Policy, today: date, reference: str = "") -> Assessed:
    """The result that a scan with this policy would have had for the report's findings."""
    known = saved(report)
    named = replace(report.image, reference=reference) if reference else report.image
    assessed = assess(
        report.findings,
        without_gates(report.coverage),
        report.unknowns,
        policy,
        today,
        known.declared,
        About(named, report.inventory),
        sources=known.sources,
        owned=report.inventory.owned,
    )
    return replace(assessed, verdict=undecided(assessed.verdict, known, policy))
