"""What matches with the same advisories have in common, each computed once: a fleet matches many versions of one package."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from careen.model.advisory import VulnerabilityRecord
from careen.plugins import VersionScheme

from .aliases import MatchedVulnerability, by_vulnerability
from .keys import Keys
from .ranges import Match

if TYPE_CHECKING:
    from .findings import Described, Facts


class Earlier:
    """The results of earlier matches. All of them have the same advisories, and the same order of sources for severities."""

    def __init__(self, schemes: Mapping[str, VersionScheme]) -> None:
        self.keys = Keys(schemes)
        self.facts: dict[tuple[str, ...], Facts] = {}  # by the ids of a vulnerability
        self.described: dict[int, Described] = {}  # by the identity of the vulnerability
        self._grouped: dict[tuple[object, ...], list[MatchedVulnerability]] = {}  # by the identities of its matches

    @property
    def size(self) -> int:
        """The number of kept results."""
        return sum(key.cached for key in self.keys.values()) + len(self.facts) + len(self._grouped)

    def grouped(
        self, matches: tuple[Match, ...], records: Mapping[str, tuple[VulnerabilityRecord, ...]]
    ) -> list[MatchedVulnerability]:
        """The matches by vulnerability. A group keeps its advisories, so that no other ones can have their identities."""
        same = tuple(part for match in matches for part in (id(match.advisory), id(match.range), match.listed))
        if same not in self._grouped:
            self._grouped[same] = by_vulnerability(matches, records)
        return self._grouped[same]
