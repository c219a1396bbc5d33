"""How bad a flaw is, and who says so: the vendor's word, then OSV and GHSA, then CVSS of the CVE record, else unknown.

A vendor's word stands for its own build, so it outranks a score of the flaw in general. A missing score is unknown,
never 0.  **Source:** CVSS v3.1 and v4.0 specifications, "Qualitative Severity Rating Scale"; CVSS v2 as NVD rates it.
"""

from collections.abc import Iterable, Sequence

from careen.model.advisory import SEVERITIES, Advisory, Cvss, Severity, VulnerabilityRecord

# Records of these sources describe the CVE itself; all others are advisories of an ecosystem.
_CVE_SOURCES = frozenset({"nvd", "cve", "cna"})
# These vendors have records of CVEs too: their word on their own builds is in the advisories, the rest is one score of many.
_VENDORS = frozenset({"redhat"})


def severity_of(advisories: Iterable[Advisory], records: Sequence[VulnerabilityRecord]) -> tuple[Severity, str | None]:
    """The severity and its source: the matched advisories speak first, then the records of the flaw.

    Where several advisories of one rank differ, the worst counts.
    """
    words = [(advisory.severity, advisory.source) for advisory in advisories if advisory.severity != "unknown"]
    if words:
        return min(words, key=lambda word: SEVERITIES.index(word[0]))
    ecosystem = [record for record in records if not _is_of_cve(record)]
    for record in ecosystem:
        if record.severity != "unknown":
            return record.severity, record.source
    for group in (ecosystem, [record for record in records if _is_of_cve(record)]):
        if scored := best(cvss for record in group for cvss in record.cvss):
            return rating(scored), scored.source
    for record in records:
        if record.severity != "unknown":
            return record.severity, record.source
    return "unknown", None


def _is_of_cve(record: VulnerabilityRecord) -> bool:
    return record.source in _CVE_SOURCES or (record.source in _VENDORS and record.id.startswith("CVE-"))


def best(scores: Iterable[Cvss]) -> Cvss | None:
    """The score to go by: the newest version of CVSS, NVD's own before others', CISA's supplement last."""
    return max(scores, key=lambda cvss: (cvss.version, cvss.source.lower() == "nvd", cvss.source != "CISA-ADP"), default=None)


def rating(cvss: Cvss) -> Severity:
    if cvss.score <= 0:
        return "negligible"
    if cvss.version.startswith("2"):
        return "high" if cvss.score >= 7 else "medium" if cvss.score >= 4 else "low"
    return "critical" if cvss.score >= 9 else "high" if cvss.score >= 7 else "medium" if cvss.score >= 4 else "low"
