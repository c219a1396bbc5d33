"""Sources that republish advisories of others: they count only if no other source names the vulnerability for the package.

Their ranges are outdated copies, or are read from prose, and the union of two ranges causes false findings. A match of
GitLab is doubtful if GitHub's database has the vulnerability, but not for this package: both cover the same
ecosystems. This does not hold for Retire.js, which names JavaScript libraries otherwise than npm.
"""

from collections.abc import Mapping, Sequence

from careen.model.advisory import Advisory, VulnerabilityRecord

from .aliases import MatchedVulnerability
from .ranges import Match

AGGREGATORS = frozenset({"gitlab", "retirejs"})
SAME_ECOSYSTEMS = frozenset({"gitlab"})  # as GitHub's database


def is_aggregated(match: Match) -> bool:
    return match.advisory.source in AGGREGATORS


def named_by_others(advisories: Sequence[Advisory]) -> frozenset[str]:
    """All ids of the vulnerabilities that other sources name, affected or not; empty if no advisory is an aggregator's."""
    if all(advisory.source not in AGGREGATORS for advisory in advisories):
        return frozenset()
    others = (advisory for advisory in advisories if advisory.source not in AGGREGATORS)
    return frozenset(name for advisory in others for name in (advisory.id, *advisory.aliases))


def is_doubted(vulnerability: MatchedVulnerability, records: Mapping[str, tuple[VulnerabilityRecord, ...]]) -> bool:
    """Whether GitHub's database, which reviews all package managers, has the vulnerability for other packages only."""
    if all(match.advisory.source not in SAME_ECOSYSTEMS for match in vulnerability.matches):
        return False
    ids = (vulnerability.id, *vulnerability.aliases)
    return any(record.source == "ghsa" for id in ids for record in records.get(id, ()))
