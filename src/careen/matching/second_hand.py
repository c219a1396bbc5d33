"""Sources that tell what others publish: they are heard where nobody else speaks of a flaw in a package.

Their ranges are copies that went stale or were read off a text, and the union of two ranges accuses the innocent. Of a
flaw that an advisory of GitHub names without this package GitLab is doubted: both cover the same ecosystems. Retire.js is
not, which knows libraries of web pages under other names than npm's.
"""

from collections.abc import Mapping, Sequence

from careen.model.advisory import Advisory, VulnerabilityRecord

from .aliases import Flaw
from .ranges import Hit

SECOND_HAND = frozenset({"gitlab", "retirejs"})
SAME_FIELD = frozenset({"gitlab"})  # as GitHub's database


def is_second_hand(found: Hit) -> bool:
    return found.advisory.source in SECOND_HAND


def told_first(advisories: Sequence[Advisory]) -> frozenset[str]:
    """Every name of a flaw on which another source speaks, for this version or not; empty where nothing is second-hand."""
    if all(advisory.source not in SECOND_HAND for advisory in advisories):
        return frozenset()
    first = (advisory for advisory in advisories if advisory.source not in SECOND_HAND)
    return frozenset(name for advisory in first for name in (advisory.id, *advisory.aliases))


def is_doubted(flaw: Flaw, records: Mapping[str, tuple[VulnerabilityRecord, ...]]) -> bool:
    """Whether GitHub's database, which reviews every package manager's flaws, knows it of other packages alone."""
    if all(found.advisory.source not in SAME_FIELD for found in flaw.hits):
        return False
    return any(record.source == "ghsa" for id in (flaw.id, *flaw.aliases) for record in records.get(id, ()))
