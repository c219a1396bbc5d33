"""What images and source files are assessed by, as values that are built once."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from careen.database.knowledge import Knowledge
from careen.matching.by_origin import apart, versions_of, with_components
from careen.matching.coverage import MAX_AGE_DAYS
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
    """What finds the vulnerabilities of an inventory: a ``Matcher``, or what keeps the verdicts of its packages."""

    @property
    def knowledge(self) -> Knowledge: ...
    def matched(self, inventory: Inventory, policy: Policy, today: date) -> tuple[Matched, tuple[str, ...]]: ...


class Matcher(Struct, frozen=True):
    """What packages are matched with: advisories, and how each ecosystem names packages and orders versions."""

    knowledge: Knowledge
    schemes: Mapping[str, VersionScheme]
    ecosystems: Mapping[str, Ecosystem]
    fetch_scores: Scores | None = None  # of vulnerabilities without a severity
    memory: Memory | None = None  # matches of earlier scans

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
        return rated(
            remembered(inventory, self.knowledge, self.schemes, self.ecosystems, today, policy.severity_from, self.memory),
            self.knowledge,
            self.fetch_scores,
            lambda known: match(inventory, known, self.schemes, self.ecosystems, today, policy.severity_from),
        )


class Assessment(Struct, frozen=True):
    """All that decides about one image, or about some source files, beside their content.

    Without a ``matcher`` there is no database: if vulnerabilities are requested, they are not assessed.
    """

    policy: Policy = Policy()
    matcher: Matches | None = None
    scanners: frozenset[str] = SCANNERS
    max_age_days: int | None = MAX_AGE_DAYS  # of advisory data
    checks: tuple[Check, ...] = ()  # of the image's configuration and files
    base: BaseImage | None = None  # if the user named it; else the image itself may name one
    dockerfile: "Dockerfile | None" = None  # if the image was built from it: the layers have their lines
    look: Look | None = None  # a second pass over the image's files; None: they cannot be read
    licences: LicencePolicy = LicencePolicy()
    behaviour_parts: tuple[Part, ...] = PARTS  # that the behaviour scanner runs
    changelogs: Mapping[str, str] = {}  # newer than the image, by source package
    unread_archives: tuple[str, ...] = ()  # why archives with advisory data could not be read

    @property
    def vulnerabilities(self) -> bool:
        """Whether vulnerabilities are requested."""
        return "vuln" in self.scanners
