"""Reasons why something was not assessed, as entries of a list of vulnerabilities, since these interfaces have no other
place for them.

Without these entries, an image that could not be assessed looks like one without vulnerabilities.
"""

from careen.model.reasons import effect_of
from careen.model.report import Reason, Report


def gaps_of(report: Report) -> list[Reason]:
    """The reasons that keep a gate from passing, one for each code; all of them if nothing was assessed."""
    coverage = report.coverage
    nothing = coverage.verdict == "not_assessed"
    counted = ("blocks", "fails", "note") if nothing else ("blocks", "fails")
    found: dict[str, Reason] = {}
    for reason in coverage.reasons:
        if effect_of(reason.code) in counted:
            before = found.get(reason.code)
            found[reason.code] = _joined(before, reason) if before else reason
    return list(found.values()) or ([Reason("not_assessed", "nothing of this image was assessed")] if nothing else [])


def _joined(first: Reason, second: Reason) -> Reason:
    detail = f"{first.detail}; {second.detail}"
    return Reason(first.code, detail, first.packages + second.packages, (*first.subjects, *second.subjects))


def id_of(reason: Reason) -> str:
    return f"CAREEN-{reason.code.upper().replace('_', '-')}"
