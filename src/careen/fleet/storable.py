"""A verdict in the form in which it is stored. Its findings are encoded: the process that writes verdicts decodes only
those that differ from the stored ones.
"""

import msgspec
from msgspec import Struct

from .assessing import Assessed
from .recorded import Key
from .verdicts import packed

COUNTS = ("assessed", "lowered", "risk", "critical", "high", "medium", "low", "unrated", "fixable", "exploited")
_BY_SEVERITY = {"critical": "critical", "high": "high", "medium": "medium", "low": "low", "negligible": "low"}


class Storable(Struct, frozen=True, array_like=True):
    verdict: bytes  # encoded, without its findings
    reasons: str  # codes, separated by spaces
    counts: tuple[int, ...]  # in the order of ``COUNTS``
    findings: tuple[tuple[str, str, bytes], ...]  # vulnerability, purl, encoded finding
    sources: frozenset[Key]
    needs_day: bool


def storable(result: Assessed) -> Storable:
    verdict = result.verdict
    findings = tuple((finding.id, finding.package, msgspec.msgpack.encode(finding)) for finding in verdict.found)
    return Storable(packed(verdict), verdict.codes, _counts(result), findings, result.sources, result.needs_day)


def _counts(result: Assessed) -> tuple[int, ...]:
    """The counts of a unit, which add up to those of an image. Findings that are only possible are left out."""
    counted = [finding for finding in result.verdict.found if finding.confidence != "possible"]
    by_severity = dict.fromkeys(("critical", "high", "medium", "low", "unrated"), 0)
    for finding in counted:
        by_severity[_BY_SEVERITY.get(finding.severity, "unrated")] += 1
    return (
        result.verdict.assessed,
        int(result.verdict.is_lowered),
        max((int(finding.risk * 1000) for finding in counted), default=0),
        *by_severity.values(),
        sum(finding.fix.state == "fixed" for finding in counted),
        sum(bool(finding.kev) for finding in counted),
    )
