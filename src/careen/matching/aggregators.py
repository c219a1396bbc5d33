"""Sources that republish the advisories of others. They count only if no other source has the vulnerability for the
package.

Their ranges are outdated copies, or are parsed from prose, and the union of two ranges causes false findings. A match
of GitLab is doubtful if GitHub's database has the vulnerability, but not for this package, because both cover the same
ecosystems. This does not hold for Retire.js, which has other names for JavaScript libraries than npm.
"""

from collections.abc import Mapping, Sequence

from careen.model.advisory import Advisory, VulnerabilityRecord

from .aliases import MatchedVulnerability
from .ranges import Match

AGGREGATORS = frozenset({"gitlab", "retirejs"})
SAME_ECOSYSTEMS = frozenset({"gitlab"})  # as in GitHub's database


def is_aggregated(match: Match) -> bool:
    return match.advisory.source in AGGREGATORS


def named_by_others(advisories: Sequence[Advisory]) -> frozenset[str]:
    """All ids of the vulnerabilities that other sources have for the package, affected or not. Empty if no advisory is
    an aggregator's.
    """
    if all(advisory.source not in AGGREGATORS for advisory in advisories):
        return frozenset()
    others = (advisory for advisory in advisories if advisory.source not in AGGREGATORS)
    return frozenset(name for advisory in others for name in (advisory.id, *advisory.aliases))


def is_doubted(vulnerability: MatchedVulnerability, records: Mapping[str, tuple[VulnerabilityRecord, ...]]) -> bool:
    """Whether the vulnerability matches an advisory of GitLab, and GitHub's database has a record of it. GitHub reviews
    all package managers: it would have an advisory for this package if the package were affected.
    """
    if all(match.advisory.source not in SAME_ECOSYSTEMS for match in vulnerability.matches):
        return False
    ids = (vulnerability.id, *vulnerability.aliases)
    return any(record.source == "ghsa" for id in ids for record in records.get(id, ()))
