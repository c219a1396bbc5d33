"""A report that was made elsewhere, under the rules and the statements of another policy.

What its own scan suppressed stays suppressed. Without gates in the policy, the report keeps the verdict that it came with.
"""

from datetime import date

from msgspec.structs import replace

from careen.formats.scans.saved_report import saved
from careen.model.report import Report

from .about import About
from .compare import undecided, without_gates
from .policy import Assessed, Policy, assess


def reapplied(report: Report, policy: Policy, today: date, reference: str = "") -> Report:
    """``reference``: how statements name the image, if not as the report does."""
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
    """What a scan with this policy would have decided about the findings of the report."""
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
