"""The parameters and functions with which images and source files are assessed, as values that are built once."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from careen.database.knowledge import Knowledge
from careen.matching.by_origin import apart, versions_of, with_components
from careen.matching.coverage import MAX_AGE_DAYS
from careen.matching.earlier import Earlier
from careen.matching.match import Matched, finding_of, match
from careen.matching.rated import Scores, rated
from careen.matching.remembered import Memory, remembered
from careen.model.behaviour import PARTS, Part
from careen.model.finding import Vulnerability
from careen.model.image import BaseImage
from careen.model.inventory import Inventory
from careen.model.package import Package
from careen.plugins import Check, Ecosystem, VersionScheme
from careen.policy.licences import LicencePolicy
from careen.policy.policy import Policy

from .second_look import Look

if TYPE_CHECKING:
    from careen.formats.dockerfile.stages import Dockerfile

SCANNERS = frozenset(("vuln", "secret", "config", "origin"))


class Matches(Protocol):
    """Finds the vulnerabilities of an inventory: a ``Matcher``, or a class that uses stored verdicts."""

    @property
    def knowledge(self) -> Knowledge: ...
    def matched(self, inventory: Inventory, policy: Policy, today: date) -> tuple[Matched, tuple[str, ...]]: ...


class Matcher(Struct, frozen=True):
    """Matches packages with advisories, using the names and version order of each ecosystem."""

    knowledge: Knowledge
    schemes: Mapping[str, VersionScheme]
    ecosystems: Mapping[str, Ecosystem]
    fetch_scores: Scores | None = None  # fetches scores for vulnerabilities without a severity
    memory: Memory | None = None  # cached matches of earlier scans
    earlier: Earlier | None = None  # the results of earlier matches with the same advisories

    def matched(self, inventory: Inventory, policy: Policy, today: date) -> tuple[Matched, tuple[str, ...]]:
        """The matches, and the ids of unrated vulnerabilities whose records were never fetched."""
        listed, components = apart(inventory)
        matched, unfetched = self._matched(listed, policy, today)
        if not components:
            return matched, unfetched
        found, more = self._matched(versions_of(listed, components), policy, today)

        def by_code(component: Package, id: str) -> Vulnerability:
            return finding_of(component, id, self.knowledge, policy.severity_from)

        return with_components(matched, found, components, by_code), tuple(dict.fromkeys((*unfetched, *more)))

    def _matched(self, inventory: Inventory, policy: Policy, today: date) -> tuple[Matched, tuple[str, ...]]:
        how = (self.schemes, self.ecosystems, today, policy.severity_from)
        return rated(
            remembered(inventory, self.knowledge, *how, self.memory, self.earlier),
            self.knowledge,
            self.fetch_scores,
            lambda known: match(inventory, known, *how, self.earlier),
        )


class Assessment(Struct, frozen=True):
    """Everything that affects the assessment of an image, or of source files, except their content. Without a
    ``matcher`` there is no database: requested vulnerabilities are then not assessed.
    """

    policy: Policy = Policy()
    matcher: Matches | None = None
    scanners: frozenset[str] = SCANNERS
    max_age_days: int | None = MAX_AGE_DAYS  # of advisory data
    checks: tuple[Check, ...] = ()  # for the image's configuration and files
    base: BaseImage | None = None  # the base that the user named; without it, the image itself may state one
    dockerfile: "Dockerfile | None" = None  # the Dockerfile from which the image was built, whose lines are in its layers
    look: Look | None = None  # makes a second pass over the image's files; None: they cannot be read
    licences: LicencePolicy = LicencePolicy()
    behaviour_parts: tuple[Part, ...] = PARTS  # the parts that the behaviour scanner runs
    changelogs: Mapping[str, str] = {}  # changelogs that are newer than the image, by source package
    unread_archives: tuple[str, ...] = ()  # why archives with advisory data could not be read

    @property
    def vulnerabilities(self) -> bool:
        """Whether vulnerabilities are requested."""
        return "vuln" in self.scanners
