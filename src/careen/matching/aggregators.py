"""Sources that republish the advisories of others. They count only if no other source has the vulnerability for the
package.

Their ranges are outdated copies, or are parsed from prose, and the union of two ranges causes false findings. A match
of GitLab is doubtful if GitHub's database has the vulnerability, but not for this package, because both cover the same
ecosystems. This does not hold for Retire.js, which has other names for JavaScript libraries than npm.

An advisory of Bitnami about software that it builds is treated like an aggregator's if none of its ranges has an end.
"""

from collections.abc import Mapping, Sequence

from careen.model.advisory import Advisory, VulnerabilityRecord

from .aliases import MatchedVulnerability
from .ranges import Match

AGGREGATORS = frozenset({"gitlab", "retirejs"})
ITS_OWN_BUILDS = frozenset({"bitnami"})  # a range without an end: none of its builds has the fix, whatever upstream released
_REPUBLISHERS = AGGREGATORS | ITS_OWN_BUILDS
SAME_ECOSYSTEMS = frozenset({"gitlab"})  # as in GitHub's database


def is_aggregated(match: Match) -> bool:
    return is_republished(match.advisory)


def is_republished(advisory: Advisory) -> bool:
    return advisory.source in AGGREGATORS or (advisory.source in ITS_OWN_BUILDS and _has_no_end(advisory))


def named_by_others(advisories: Sequence[Advisory]) -> frozenset[str]:
    """All ids of the vulnerabilities that other sources have for the package, affected or not. Empty if no advisory is
    an aggregator's.
    """
    if _REPUBLISHERS.isdisjoint([advisory.source for advisory in advisories]):
        return frozenset()  # quickly: most packages have no such advisory
    others = [advisory for advisory in advisories if not is_republished(advisory)]
    if len(others) == len(advisories):
        return frozenset()
    return frozenset(name for advisory in others for name in (advisory.id, *advisory.aliases))


def _has_no_end(advisory: Advisory) -> bool:
    return bool(advisory.ranges) and all(not affected.fixed and not affected.last_affected for affected in advisory.ranges)


def is_doubted(vulnerability: MatchedVulnerability, records: Mapping[str, tuple[VulnerabilityRecord, ...]]) -> bool:
    """Whether the vulnerability matches an advisory of GitLab, and GitHub's database has a record of it. GitHub reviews
    all package managers: it would have an advisory for this package if the package were affected.
    """
    if all(match.advisory.source not in SAME_ECOSYSTEMS for match in vulnerability.matches):
        return False
    ids = (vulnerability.id, *vulnerability.aliases)
    return any(record.source == "ghsa" for id in ids for record in records.get(id, ()))
