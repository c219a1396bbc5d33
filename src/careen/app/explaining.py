"""Explains a vulnerability, or a check, without an image."""

from collections.abc import Collection, Iterator
from contextlib import ExitStack

from msgspec import Struct

from careen.app.advisory_refresh import AdvisoryRefresh, RefreshState
from careen.app.databases import database_of
from careen.checks.kinds import KINDS
from careen.checks.other_tools import checks_like
from careen.config import Settings
from careen.database.knowledge import Knowledge, knows_exploited
from careen.model.advisory import Advisory, Epss, Exploited, VulnerabilityRecord
from careen.model.finding import Weakness
from careen.model.inventory import Inventory
from careen.plugins import Check, Progress, load, silent

MAX_IDS = 200
MAX_ADVISORIES = 2_000


class About(Struct, frozen=True):
    """What the database contains about a vulnerability. ``exploited`` None: it is not in the catalogue. ``catalogue``
    False: the catalogue is not loaded.
    """

    id: str
    ids: tuple[str, ...]
    records: tuple[VulnerabilityRecord, ...]
    advisories: tuple[Advisory, ...]
    epss: Epss | None = None
    exploited: Exploited | None = None
    catalogue: bool = False
    weaknesses: tuple[Weakness, ...] = ()
    cut: bool = False  # there are more advisories


def about(id: str, settings: Settings, progress: Progress = silent) -> About:
    """Explains the vulnerability by all sources of the database."""
    refresh = AdvisoryRefresh(settings, {}, progress, RefreshState())
    with ExitStack() as opened:
        knowledge = refresh.knowledge_for(Inventory(None, ()), opened)
        if knowledge is None:
            return About(id, (id,), (), ())
        return _about(id, knowledge, settings)


def packages_named(ids: Collection[str], settings: Settings) -> frozenset[str]:
    """The packages for which any advisory has one of the vulnerabilities, including advisories of other releases and
    ecosystems than the image's.
    """
    return frozenset(advisory.package for advisory in _advisories(frozenset(ids), settings))


def checks_of(id: str) -> tuple[Check, ...]:
    """The check with this id, or the checks for what a rule of another tool with this id reports; empty if there are none."""
    wanted = {id.upper(), *(check for checks in checks_like(id).values() for check in checks)}
    folders = dict.fromkeys(folder for kind in KINDS for folder in kind.folders)
    return tuple(check for folder in folders for check in load(f"careen.checks.{folder}", "CHECK", Check) if check.id in wanted)


def tools_with(rule: str) -> list[str]:
    """The tools that have a rule with this id."""
    return list(checks_like(rule))


def _about(id: str, knowledge: Knowledge, settings: Settings) -> About:
    records = tuple(_records(id, knowledge))
    ids = tuple(dict.fromkeys((id, *(name for record in records for name in (record.id, *record.aliases)))))[:MAX_IDS]
    found = _advisories(frozenset(ids), settings)
    exploited = knowledge.exploited(ids)
    epss = knowledge.epss(ids)
    cwes = tuple(dict.fromkeys(cwe for record in records for cwe in record.cwes))
    named = knowledge.records(cwes)
    return About(
        id,
        ids,
        records,
        found[:MAX_ADVISORIES],
        next(iter(epss.values()), None),
        next(iter(exploited.values()), None),
        knows_exploited(knowledge),
        tuple(Weakness(cwe, named[cwe][0].summary if cwe in named else "") for cwe in cwes),
        len(found) > MAX_ADVISORIES,
    )


def _records(id: str, knowledge: Knowledge) -> Iterator[VulnerabilityRecord]:
    """Yields the records of the id, and those of its aliases in these records."""
    found = knowledge.records({id, id.upper()})
    first = [record for records in found.values() for record in records]
    aliases = {name for record in first if _is_of_one(record) for name in record.aliases} - set(found)
    others = knowledge.records(sorted(aliases)[:MAX_IDS])
    seen = set[tuple[str, str]]()
    for record in (*first, *(record for records in others.values() for record in records)):
        if (record.id, record.source) not in seen:
            seen.add((record.id, record.source))
            yield record


def _is_of_one(record: VulnerabilityRecord) -> bool:
    """Whether the record is about one vulnerability. An erratum with several CVEs is an alias of none of them."""
    return sum(name.startswith("CVE-") for name in (record.id, *record.aliases)) <= 1


def _advisories(ids: frozenset[str], settings: Settings) -> tuple[Advisory, ...]:
    from careen.database.by_id import advisories_about

    path = database_of(settings)
    found = list(advisories_about(path, ids, MAX_ADVISORIES + 1)) if path.is_file() else []
    return tuple(sorted(found, key=lambda advisory: (advisory.namespace, advisory.package, advisory.source)))
