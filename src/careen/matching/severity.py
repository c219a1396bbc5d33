"""How bad a flaw is, and who says so: the vendor's word, then OSV and GHSA, then CVSS of the CVE record, else unknown.

Of the CVE record NVD's score counts, then that of who assigned the CVE (CNA), then CISA's supplement (CISA-ADP). Another
order can be asked for: ``vendor`` (the matched advisories), ``ecosystem`` (their records) and any source by its name
("nvd", "cna", "cisa-adp", "ghsa", "redhat"); where none of those says anything, the usual one goes on.
A vendor's word stands for its own build, so it outranks a score of the flaw in general. A missing score is unknown,
never 0.  **Source:** CVSS v3.1 and v4.0 specifications, "Qualitative Severity Rating Scale"; CVSS v2 as NVD rates it.
"""

from collections.abc import Iterable, Sequence

from careen.model.advisory import SEVERITIES, Advisory, Cvss, Severity, VulnerabilityRecord

# Records of these sources describe the CVE itself; all others are advisories of an ecosystem.
_CVE_SOURCES = frozenset({"nvd", "cve", "cna"})
# These vendors have records of CVEs too: their word on their own builds is in the advisories, the rest is one score of many.
_VENDORS = frozenset({"openeuler", "redhat"})


def severity_of(
    advisories: Sequence[Advisory], records: Sequence[VulnerabilityRecord], order: Sequence[str] = ()
) -> tuple[Severity, str | None]:
    """The severity and its source: the matched advisories speak first, then the records of the flaw.

    Where several advisories of one rank differ, the worst counts. ``order``: whom to ask before that.
    """
    for name in order:
        if asked := _of(name.lower(), advisories, records):
            return asked
    if said := _worst(advisories):
        return said
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
    """What one source says, by its name."""
    if name == "vendor":
        return _worst(advisories)
    if name == "ecosystem":
        theirs = [record for record in records if not _is_of_cve(record)]
        scores = [cvss for record in theirs for cvss in record.cvss]
    else:
        if said := _worst([advisory for advisory in advisories if advisory.source.lower() == name]):
            return said
        theirs = [record for record in records if record.source.lower() == name]
        scores = [cvss for record in records for cvss in record.cvss if _is_by(cvss, record, name)]
    word = next(((record.severity, record.source) for record in theirs if record.severity != "unknown"), None)
    scored = best(scores)
    return word or ((rating(scored), scored.source) if scored else None)


def _is_by(cvss: Cvss, record: VulnerabilityRecord, name: str) -> bool:
    """Whoever is neither NVD nor CISA and scores in the record of a CVE is the one who assigned it."""
    source = cvss.source.lower()
    return source == name or (name == "cna" and source not in ("nvd", "cisa-adp") and _is_of_cve(record))


def _worst(advisories: Iterable[Advisory]) -> tuple[Severity, str] | None:
    words = [(advisory.severity, advisory.source) for advisory in advisories if advisory.severity != "unknown"]
    return min(words, key=lambda word: SEVERITIES.index(word[0])) if words else None


def is_fetched(records: Iterable[VulnerabilityRecord]) -> bool:
    """Is the CVE's own record among them, which has the scores, where anybody gave one?"""
    return any(record.source in _CVE_SOURCES for record in records)


def _is_of_cve(record: VulnerabilityRecord) -> bool:
    return record.source in _CVE_SOURCES or (record.source in _VENDORS and record.id.startswith("CVE-"))


def best(scores: Iterable[Cvss]) -> Cvss | None:
    """The score to go by: the newest CVSS (3.0 and 3.1 are one), NVD's own before others', CISA's supplement last."""
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
