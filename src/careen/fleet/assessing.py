"""Assesses units with an advisory database, one after the other in the order of their names, so that look-ups can be
reused.

A unit is one package, or several that are assessed together, with the context that affects the result (``split``). All images
that contain a unit share its verdict; no image is read again.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import date
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from careen.app.archives import with_shipped
from careen.app.databases import database_of
from careen.app.session import Session
from careen.app.wiring import max_age_days, policy_of
from careen.config import Settings
from careen.database.age import ALWAYS, too_old
from careen.database.checks import checks_file
from careen.database.combined import CombinedKnowledge
from careen.database.knowledge import Knowledge
from careen.database.read import open_database
from careen.distributions.registry import profile
from careen.matching.built_by import is_dated
from careen.matching.earlier import Earlier
from careen.matching.installed import installed_sources
from careen.model.finding import Vulnerability
from careen.model.inventory import Inventory
from careen.pipeline.assessment import Matcher
from careen.plugins import Ecosystem, VersionScheme
from careen.policy.policy import Policy

from .fleet import Fleet
from .recorded import Key, Recorded
from .shared_advisories import SHIPPED, is_expected
from .split import inventory_of
from .units import NO_DATABASE
from .verdicts import Gap, Verdict, verdict_of

STALE = "stale_source"
KEPT = 50_000  # cached results of matches, such as sort keys of versions


class Assessed(Struct, frozen=True):
    verdict: Verdict
    sources: frozenset[Key]  # the look-ups in the advisories that the verdict depends on
    needs_day: bool = False  # the verdict depends on the day of the image, which a unit does not have


class Assessor:
    """Assesses packages with one database. ``knowledge`` contains all its sources; without a database, only the shipped
    facts.
    """

    def __init__(
        self,
        knowledge: Knowledge,
        schemes: Mapping[str, VersionScheme],
        ecosystems: Mapping[str, Ecosystem],
        settings: Settings,
        today: date | None = None,
        *,
        has_database: bool = True,
    ) -> None:
        self.has_database = has_database
        self._is_empty = not has_database and not settings.advisories  # except for the shipped facts
        self.knowledge, self._ecosystems = knowledge, ecosystems
        self._schemes = schemes
        self.today = today or date.today()
        self._policy: Policy = policy_of(settings)
        self._max_age_days = max_age_days(settings)
        self._recorded = Recorded(knowledge)
        self._with_shipped: dict[tuple[str, str], Recorded] = {}
        self._earlier: dict[Recorded, Earlier] = {}
        self._stale: dict[str, bool] = {}

    @property
    def build(self) -> str:
        if not self.has_database:
            return SHIPPED
        return self.knowledge.info.built if self.knowledge.info else ""

    @property
    def scores(self) -> tuple[str, ...]:
        """The loaded sources of scores, on which the findings of every image depend."""
        loaded = self.knowledge.info.sources if self.knowledge.info else ()
        return tuple(name for name in ALWAYS if any(source.name == name for source in loaded))

    def assess(self, context: bytes, content: bytes) -> Assessed:
        inventory = inventory_of(context, content)
        recorded = self._recorded_for(inventory)
        if self._is_empty and recorded is self._recorded:
            return Assessed(Verdict(gaps=(Gap(NO_DATABASE, len(inventory.packages)),)), frozenset())
        matcher = Matcher(recorded, self._schemes, self._ecosystems, earlier=self._earlier_with(recorded))
        matched, _ = matcher.matched(inventory, self._policy, self.today)
        needs_day = (
            not inventory.created and _has_debs(inventory) and is_dated(inventory, recorded, self._earlier[recorded].keys)
        )
        verdict = verdict_of(matched, inventory)
        if stale := [space for space in verdict.namespaces if self.is_stale(space)]:
            gap = Gap(STALE, len(inventory.packages), tuple(sorted(stale)))
            verdict = replace(verdict, gaps=(*verdict.gaps, gap))
        return Assessed(replace(verdict, found=_one_each(verdict.found)), recorded.taken(), needs_day)

    def known_for(self, inventory: Inventory) -> Knowledge:
        """The advisories to assess the packages of an inventory with. Look-ups in them are not recorded."""
        return self._recorded_for(inventory).knowledge

    def is_stale(self, namespace: str) -> bool:
        """Whether data that assess the namespace are older than the settings allow, or of unknown age: those of its sources,
        its end-of-life dates, or the exploitation data. False if the settings allow any age.
        """
        if self._max_age_days is None:
            return False
        if namespace not in self._stale:
            self._stale[namespace] = bool(too_old(self.knowledge, (namespace,), self._max_age_days, self.today))
        return self._stale[namespace]

    def state_of(self, namespace: str) -> str:
        """A fingerprint of the namespace's properties as a whole, such as its sources and its end of life. If it
        changes, the verdicts of all units with packages in the namespace may change.
        """
        infos = sorted(
            (info.source, info.partial, info.unfixed, info.packages < 60, info.detail)
            for info in self.knowledge.namespace(namespace)
        )
        end = self.knowledge.end_of_life(namespace)
        limited = sorted(
            (entry.package, entry.ended or "", bool(entry.ended and entry.ended <= self.today.isoformat()), entry.version)
            for entry in self.knowledge.limited_support(namespace)
        )
        has_ended = bool(end and end < self.today.isoformat())
        unread = sorted((source, len(found)) for source, found in self.knowledge.unread(namespace, ()).items())
        return repr((infos, end, has_ended, limited, unread, self.is_stale(namespace)))

    def _earlier_with(self, recorded: Recorded) -> Earlier:
        """What the last units have had in common: they often have the same name, and the same vulnerabilities."""
        if recorded not in self._earlier or self._earlier[recorded].size > KEPT:
            self._earlier[recorded] = Earlier(self._schemes)
        return self._earlier[recorded]

    def _recorded_for(self, inventory: Inventory) -> Recorded:
        """The advisories to assess an inventory with, which include shipped facts if these apply to its distribution."""
        distribution = inventory.distribution
        one = profile(distribution.id) if distribution else None
        if distribution is None or one is None or not one.advisories.shipped:
            return self._recorded
        key = (distribution.id, " ".join(sorted({package.distro or distribution.version for package in inventory.packages})))
        if key in self._with_shipped:
            return self._with_shipped[key]
        (known,) = with_shipped((self.knowledge,), inventory, self._ecosystems)
        found = self._recorded if known is self.knowledge else Recorded(known)
        if found is not self._recorded or installed_sources(inventory, self._ecosystems, "deb"):
            self._with_shipped[key] = found  # without debs, the result is not valid for other images
        return found


@contextmanager
def assessor_of(fleet: Fleet, database: Path | None, today: date | None = None) -> Iterator[Assessor]:
    """Opens an assessor for the database, which is closed at the end of the context. With ``database`` None it uses the
    private advisories and the shipped facts only. Raises DatabaseError if the file cannot be read.
    """
    with fleet.session() as session, opened_assessor(fleet.settings, session, database, today) as assessor:
        yield assessor


@contextmanager
def opened_assessor(
    settings: Settings, session: Session, database: Path | None, today: date | None = None
) -> Iterator[Assessor]:
    """The same as ``assessor_of``, without a fleet."""
    with ExitStack() as opened:
        known: list[Knowledge] = [opened.enter_context(open_database(database))] if database else []
        if settings.advisories:
            from careen.database.private import advisories_folder

            known.insert(0, advisories_folder(settings.advisories))
        knowledge = known[0] if len(known) == 1 else CombinedKnowledge(known)
        yield Assessor(knowledge, session.schemes, session.ecosystems, settings, today, has_database=database is not None)


def current_assessor(fleet: Fleet) -> AbstractContextManager[Assessor]:
    """The assessor for the current database, cached for later images. Without any database yet, it uses shipped facts.
    Raises: DatabaseError if the database cannot be read, or is not on this machine.
    """
    database, today = database_of(fleet.settings), date.today()
    if not database.is_file() and not is_expected(fleet.engine):
        return assessor_of(fleet, None, today)
    if fleet.settings.advisories:  # users can change this folder at any time
        return assessor_of(fleet, database, today)
    key = (today, *map(_identity, (database, checks_file(database))))
    return fleet.assessors.using(key, lambda: assessor_of(fleet, database, today))


def _identity(path: Path) -> tuple[int, ...]:
    try:
        status = path.stat()
    except OSError:
        return ()
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def _has_debs(inventory: Inventory) -> bool:
    return any(package.type == "deb" for package in inventory.packages)


def _one_each(findings: Collection[Vulnerability]) -> tuple[Vulnerability, ...]:
    """The findings, reduced to one for each vulnerability and purl: the one with the highest confidence."""
    order = ("confirmed", "likely", "possible")
    found: dict[tuple[str, str], Vulnerability] = {}
    for finding in findings:
        key = (finding.id, finding.package)
        if key not in found or order.index(finding.confidence) < order.index(found[key].confidence):
            found[key] = finding
    return tuple(found.values())
