"""A verdict in the form in which it is stored. It has only those findings, encoded, that differ from the stored ones, and
digests of all.
"""

import msgspec
from msgspec import Struct

from .assessing import Assessed
from .digests import digest_of, joined, parted
from .recorded import Key
from .verdicts import packed

COUNTS = ("assessed", "lowered", "risk", "critical", "high", "medium", "low", "unrated", "fixable", "exploited")
_BY_SEVERITY = {"critical": "critical", "high": "high", "medium": "medium", "low": "low", "negligible": "low"}


class Storable(Struct, frozen=True, array_like=True):
    verdict: bytes  # encoded, without its findings
    reasons: str  # codes, separated by spaces
    counts: tuple[int, ...]  # in the order of ``COUNTS``
    findings: tuple[tuple[str, str, bytes], ...]  # vulnerability, purl, encoded finding; without those that are stored
    digests: bytes  # of all findings
    sources: frozenset[Key]
    needs_day: bool


def storable(result: Assessed, known: bytes | None = None) -> Storable:
    """``known``: the digests of the stored findings of the unit; None if there are none."""
    verdict = result.verdict
    findings = {
        digest_of(each): each
        for each in ((finding.id, finding.package, msgspec.msgpack.encode(finding)) for finding in verdict.found)
    }
    stored = parted(known or b"")
    changed = tuple(each for digest, each in findings.items() if digest not in stored)
    digests = joined(findings)
    return Storable(packed(verdict), verdict.codes, _counts(result), changed, digests, result.sources, result.needs_day)


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
