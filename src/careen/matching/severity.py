"""The severity of a vulnerability, and its source: the vendor, then OSV and GHSA, then CVSS of the CVE record, else unknown.

Of the scores in a CVE record NVD's counts first, then that of the CNA that assigned the CVE, then CISA's supplement
(CISA-ADP). Another order can be set: ``vendor`` (the matched advisories), ``ecosystem`` (their records) and any source by
its name ("nvd", "cna", "cisa-adp", "ghsa", "redhat"); if none of those has a severity, the usual order follows.
A vendor rates its own build, so its severity precedes general scores. A missing score is unknown,
never 0.  **Source:** CVSS v3.1 and v4.0 specifications, "Qualitative Severity Rating Scale"; CVSS v2 as NVD rates it.
"""

from collections.abc import Iterable, Sequence

from careen.model.advisory import SEVERITIES, Advisory, Cvss, Severity, VulnerabilityRecord

# Records of these sources describe the CVE itself; all other records are advisories of an ecosystem.
_CVE_SOURCES = frozenset({"nvd", "cve", "cna"})
# These vendors have CVE records too. The severity of their builds is in the advisories; their record is one score of
# many.
_VENDORS = frozenset({"openeuler", "redhat"})


def severity_of(
    advisories: Sequence[Advisory], records: Sequence[VulnerabilityRecord], order: Sequence[str] = ()
) -> tuple[Severity, str | None]:
    """The severity and its source, from the matched advisories, else from the records of the vulnerability. If several
    advisories of one rank differ, the worst counts. ``order``: sources that take precedence.
    """
    for name in order:
        if found := _of(name.lower(), advisories, records):
            return found
    if found := _worst(advisories):
        return found
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


def _of(
    name: str, advisories: Sequence[Advisory], records: Sequence[VulnerabilityRecord]
) -> tuple[Severity, str | None] | None:
    """The severity from the source ``name``; None if it has none."""
    if name == "vendor":
        return _worst(advisories)
    if name == "ecosystem":
        theirs = [record for record in records if not _is_of_cve(record)]
        scores = [cvss for record in theirs for cvss in record.cvss]
    else:
        if found := _worst([advisory for advisory in advisories if advisory.source.lower() == name]):
            return found
        theirs = [record for record in records if record.source.lower() == name]
        scores = [cvss for record in records for cvss in record.cvss if _is_by(cvss, record, name)]
    stated = next(((record.severity, record.source) for record in theirs if record.severity != "unknown"), None)
    scored = best(scores)
    return stated or ((rating(scored), scored.source) if scored else None)


def _is_by(cvss: Cvss, record: VulnerabilityRecord, name: str) -> bool:
    """Whether the source ``name`` gave a score. In the record of a CVE, every scorer but NVD and CISA is the CNA."""
    source = cvss.source.lower()
    return source == name or (name == "cna" and source not in ("nvd", "cisa-adp") and _is_of_cve(record))


def _worst(advisories: Iterable[Advisory]) -> tuple[Severity, str] | None:
    found = [(advisory.severity, advisory.source) for advisory in advisories if advisory.severity != "unknown"]
    return min(found, key=lambda pair: SEVERITIES.index(pair[0])) if found else None


def is_fetched(records: Iterable[VulnerabilityRecord]) -> bool:
    """Whether the CVE's own record, which contains the scores, is among the records."""
    return any(record.source in _CVE_SOURCES for record in records)


def _is_of_cve(record: VulnerabilityRecord) -> bool:
    return record.source in _CVE_SOURCES or (record.source in _VENDORS and record.id.startswith("CVE-"))


def best(scores: Iterable[Cvss]) -> Cvss | None:
    """The preferred score: of the newest CVSS version (3.0 and 3.1 are one), NVD's before others', CISA's supplement last.
    None if there are no scores.
    """
    return max(
        scores,
        key=lambda cvss: (cvss.version[:1], cvss.source.lower() == "nvd", cvss.source != "CISA-ADP", cvss.version),
        default=None,
    )


def rating(cvss: Cvss) -> Severity:
    if cvss.score <= 0:
        return "negligible"
    if cvss.version.startswith("2"):
        return "high" if cvss.score >= 7 else "medium" if cvss.score >= 4 else "low"
    return "critical" if cvss.score >= 9 else "high" if cvss.score >= 7 else "medium" if cvss.score >= 4 else "low"
