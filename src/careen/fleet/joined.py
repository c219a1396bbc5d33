"""What a scan would find in an image, from the verdicts of its units. Packages that another image has are not matched
again.

Findings and counts are those of a scan, with the places of the packages in this image; reasons have no sentences. Gates
and lists need no more. The full report is matched when a user requests it (``reports``).
"""

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import select

from careen.database.knowledge import Knowledge
from careen.errors import DatabaseError
from careen.log import logger
from careen.matching.findings import Place, fingerprint, place_of
from careen.matching.match import Matched
from careen.matching.rated import unfetched
from careen.model.finding import Vulnerability
from careen.model.image import Image
from careen.model.inventory import Inventory
from careen.model.report import Reason, Report
from careen.policy.policy import Policy
from careen.safety.typed import from_msgpack

from .assessing import STALE, Assessed, Assessor, current_assessor
from .fleet import Fleet
from .rows import among, batches
from .split import Unit, split
from .tables import unit, unit_finding
from .units import MANY, on_its_day
from .verdicts import Verdict, together, unpacked

log = logger(__name__)


class News(Struct, frozen=True):
    """Verdicts that are not stored yet, by the keys of their units, and the database build that they come from."""

    build: str = ""
    verdicts: Mapping[bytes, Assessed] = {}


class Scanned(Struct, frozen=True):
    """The result of a scan. ``inventory`` is what was matched: it includes the results of the second look. ``begun`` is
    when the verdicts were read; if the database has changed since, gates have to decide again.
    """

    report: Report
    inventory: Inventory
    begun: float
    news: News = News()


def scanned(fleet: Fleet, image: Image, inventory: Inventory) -> Scanned:
    """Scans the inventory of an image with the settings of the server.

    Without an advisory database the report is the same as that of ``careen scan`` without one.
    """
    begun = time.time()
    with fleet.session() as session:
        try:
            with current_assessor(fleet) as assessor:
                matcher = UnitMatcher(fleet, assessor) if assessor.has_database else None
                report = session.scan((image, inventory), plan=False, matcher=matcher)
                news = News(assessor.build, matcher.new) if matcher else News()
        except DatabaseError as error:
            log.warning("%s is not assessed: %s", image.reference, error)
            report, news = session.scan((image, inventory), plan=False), News()
    return Scanned(report, replace(report.inventory, packages=inventory.packages), begun, news)


class UnitMatcher:
    """Replaces a scan's ``Matcher``: uses stored verdicts, and assesses units that have none. ``new`` collects the new
    verdicts.
    """

    def __init__(self, fleet: Fleet, assessor: Assessor) -> None:
        self._fleet, self._assessor = fleet, assessor
        self.knowledge: Knowledge = assessor.knowledge
        self.new: dict[bytes, Assessed] = {}

    def matched(self, inventory: Inventory, policy: Policy, today: date) -> tuple[Matched, tuple[str, ...]]:
        self.knowledge = self._assessor.known_for(inventory)
        found = joined(inventory, self._verdicts(inventory))
        return found, unfetched(found, self.knowledge)

    def _verdicts(self, inventory: Inventory) -> list[Verdict]:
        units = {found.key: found for found in split(inventory)}
        known, dated = self._stored(units)
        if inventory.created:
            later = {(moved := on_its_day(units[key], inventory.created)).key: moved for key in dated}
            units = {key: found for key, found in units.items() if key not in dated} | later
            known |= self._stored(later)[0]
        missing = sorted((found for key, found in units.items() if key not in known), key=lambda found: found.first.name)
        return [known[key] for key in units if key in known] + [self._assess(found, inventory.created) for found in missing]

    def _assess(self, found: Unit, created: str) -> Verdict:
        result = self.new.get(found.key) or self._assessor.assess(found.context, found.content)
        self.new[found.key] = result
        if created and result.needs_day:
            return self._assess(on_its_day(found, created), "")
        return result.verdict

    def _stored(self, keys: Iterable[bytes]) -> tuple[dict[bytes, Verdict], set[bytes]]:
        """The stored verdicts by key, and the keys of units that need a variant for the day of the image."""
        known: dict[bytes, Verdict] = {}
        dated: set[bytes] = set()
        columns = (unit.c.key, unit.c.id, unit.c.dated, unit.c.assessed_by, unit.c.verdict)
        with self._fleet.engine.connect() as connection:
            for some in batches(keys, MANY):
                rows = connection.execute(select(*columns).where(among(connection, unit.c.key, some))).all()
                numbers = [row.id for row in rows if row.assessed_by]
                found: dict[int, list[Vulnerability]] = defaultdict(list)
                of_units = among(connection, unit_finding.c.unit_id, numbers)
                for number, data in connection.execute(select(unit_finding.c.unit_id, unit_finding.c.data).where(of_units)):
                    found[number].append(from_msgpack(data, Vulnerability))
                dated.update(bytes(row.key) for row in rows if row.dated)
                known.update(
                    (bytes(row.key), replace(unpacked(row.verdict), found=tuple(found[row.id])))
                    for row in rows
                    if row.assessed_by
                )
        return known, dated


def joined(inventory: Inventory, verdicts: Sequence[Verdict]) -> Matched:
    places: dict[str, list[Place]] = defaultdict(list)
    for package in inventory.packages:
        places[package.purl].append(place_of(package))
    findings = [placed for verdict in verdicts for found in verdict.found for placed in _in_places(found, places)]
    findings.sort(key=lambda found: (-found.risk, found.id, found.package, found.paths))
    fixed = (
        replace(entry, finding=placed)
        for verdict in verdicts
        for entry in verdict.fixed
        if isinstance(entry.finding, Vulnerability)
        for placed in _in_places(entry.finding, places)
    )
    found = together(verdicts)
    return Matched(
        tuple(findings),
        tuple(_reasons(verdicts, found.packages, found.namespaces)),
        tuple(sorted(found.namespaces)),
        found.assessed,
        tuple(purl for verdict in verdicts for purl in verdict.third_parties),
        tuple(fixed),
        any(verdict.by_release for verdict in verdicts),
        tuple(sampled for verdict in verdicts for sampled in verdict.sampled),
    )


def _in_places(found: Vulnerability, places: Mapping[str, Sequence[Place]]) -> list[Vulnerability]:
    return [
        replace(
            found, paths=place.paths, layer=place.layer, last_layer=place.last_layer,
            fingerprint=fingerprint("vulnerability", found.id, place),
        )
        for place in places.get(found.package, ())
    ]  # fmt: skip


def _reasons(verdicts: Sequence[Verdict], packages: Mapping[str, int], namespaces: frozenset[str]) -> list[Reason]:
    """The reasons of all verdicts, merged by code. Reasons without subjects stay separate, because only their code can
    accept them. The scan adds the age of the sources.
    """
    subjects: dict[tuple[str, bool], dict[str, None]] = {}
    for verdict in verdicts:
        covered = any(namespace in namespaces for namespace, _ in verdict.sampled)
        for gap in verdict.gaps:
            code = "partial_source" if covered and gap.code == "no_advisories" else gap.code
            if code in packages and code != STALE:
                subjects.setdefault((code, bool(gap.subjects)), {}).update(dict.fromkeys(gap.subjects))
    for code in packages.keys() - {code for code, _ in subjects} - {STALE}:
        subjects[code, False] = {}
    return [Reason(code, "", packages[code], tuple(found)) for (code, _), found in subjects.items()]
