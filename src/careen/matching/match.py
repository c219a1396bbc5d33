"""The known flaws of an inventory's packages, and what could not be judged.

Look-ups come in bulk, one for each namespace; versions are compared by the sort keys of the ecosystem's scheme. What
one package's advisories come to is settled in ``judge``, told in ``findings``; what nobody judged is in ``gaps``.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

from msgspec import Struct

from careen.database.knowledge import Knowledge, knows_exploited
from careen.model.advisory import Advisory, Malicious, VulnerabilityRecord
from careen.model.finding import Vulnerability
from careen.model.inventory import Inventory
from careen.model.report import Reason
from careen.plugins import Ecosystem, VersionScheme

from .built_by import built_by, by_newer_releases
from .channels import heard
from .findings import Enrichment, finding, malicious_finding, place_of
from .gaps import gaps_of, nothing_of_distribution
from .judge import Judged, Opinion, judge, named, opinion, paid_for
from .keys import Key, Keys
from .patched import in_turn
from .rpm import stream_of
from .subjects import Subject, subjects_of


class Matched(Struct, frozen=True):
    findings: tuple[Vulnerability, ...]
    reasons: tuple[Reason, ...]
    namespaces: tuple[str, ...] = ()  # that judged at least one package
    judged: int = 0  # packages, with those that are left to the distribution whose package owns them
    third_parties: tuple[str, ...] = ()  # purls of packages that an index shows to be built by somebody else


def match(
    inventory: Inventory,
    knowledge: Knowledge,
    schemes: Mapping[str, VersionScheme],
    ecosystems: Mapping[str, Ecosystem],
    today: date,
    severity_from: tuple[str, ...] = (),
) -> Matched:
    """``ecosystems`` is by purl type, ``schemes`` by name; ``today`` decides whether a release still gets updates;
    ``severity_from`` names whose word on severities counts first."""
    keys = Keys(schemes)
    built = built_by(inventory, knowledge, keys, today)
    subjects, owned, reasons = subjects_of(built.inventory, knowledge, ecosystems)
    subjects = by_newer_releases(subjects, built.newer)
    said = said_of(subjects, knowledge)
    opinions = [(subject, *opinions_of(subject, said, keys[subject.scheme])) for subject in subjects]
    records = dict(knowledge.records(_ids(opinion for _, opinion, _ in opinions)))
    judged = [one for subject, opinion, spoken in opinions for one in judge(subject, opinion, records, spoken)]
    findings = _told(judged, records, knowledge, keys, severity_from)
    for namespace, group in _by_namespace(subject for subject in subjects if not subject.distribution).items():
        found = knowledge.malicious(namespace, {subject.name for subject in group})
        findings += [
            malicious_finding(subject, one)
            for subject in group
            for one in found.get(subject.name, ())
            if _is_held(one, subject, keys[subject.scheme])
        ]
    findings.sort(key=lambda found: (-found.risk, found.id, found.package, found.paths))
    gaps = gaps_of(subjects, knowledge, keys, frozenset(said), today)
    reasons += [*built.reasons, *gaps.reasons]
    reasons += nothing_of_distribution(inventory, subjects, reasons)
    return Matched(tuple(findings), tuple(reasons), gaps.namespaces, gaps.judged + owned, built.third_parties)


Said = Mapping[tuple[str, str], tuple[Advisory, ...]]  # by namespace and name


def said_of(subjects: Iterable[Subject], knowledge: Knowledge) -> Said:
    wanted: dict[str, set[str]] = defaultdict(set)
    for subject in subjects:
        wanted[subject.namespace].add(subject.name)
        for also in (subject.stand_in, subject.paid, *subject.channels):
            if also:
                wanted[also].add(subject.name)
        if subject.source:
            for namespace in (subject.namespace, *subject.channels):
                wanted[namespace].add(subject.source)
        for namespace, name in subject.also:
            wanted[namespace].add(name)
        if subject.product:
            wanted[subject.product.namespace].update(subject.product.names)
        if subject.owner:
            for namespace, name in subject.owner.places:
                wanted[namespace].add(name)
    return {
        (namespace, name): advisories
        for namespace, names in wanted.items()
        for name, advisories in knowledge.advisories(namespace, names).items()
    }


def opinions_of(subject: Subject, said: Said, key: Key) -> tuple[Opinion, frozenset[str]]:
    """What is said of the package, and the flaws on which somebody with a better word has spoken already."""
    own = heard(subject.package, subject.namespace, subject.name, subject.source, subject.channels, said)
    if product := subject.product:
        own = (*own, *(one for name in product.names for one in said.get((product.namespace, name), ())))
    if subject.in_turn:
        own = in_turn((own, *(said.get(place, ()) for place in subject.also)))
    elif subject.also:
        own = (*own, *(one for place in subject.also for one in said.get(place, ())))
    if subject.owner:
        by_owner = [advisory for place in subject.owner.places for advisory in said.get(place, ())]
        left = {name for advisory in by_owner if advisory.status != "undetermined" for name in named(advisory)}
        return opinion(subject, own, key), frozenset(left)
    if subject.paid:
        return paid_for(subject, own, said.get((subject.paid, subject.name), ()), key)
    if subject.stand_in is None or stream_of(subject.package) is not None:
        return opinion(subject, own, key), frozenset()
    return opinion(subject, (*own, *said.get((subject.stand_in, subject.name), ())), key), frozenset()


def _ids(opinions: Iterable[Opinion]) -> set[str]:
    return {id for opinion in opinions for found in opinion.hits for id in (found.advisory.id, *found.advisory.aliases)}


def _told(
    judged: list[Judged],
    records: dict[str, tuple[VulnerabilityRecord, ...]],
    knowledge: Knowledge,
    keys: Mapping[str, Key],
    severity_from: tuple[str, ...],
) -> list[Vulnerability]:
    ids = {id for one in judged for id in (one.flaw.id, *one.flaw.aliases)}
    records.update(knowledge.records(ids.difference(records)))
    named = knowledge.records({cwe for id in ids for record in records.get(id, ()) for cwe in record.cwes})
    weaknesses = {id: found[0].summary for id, found in named.items()}
    exploited = knowledge.exploited(ids)
    catalogue = exploited if exploited or knows_exploited(knowledge) else None
    known = Enrichment(records, knowledge.epss(ids), catalogue, weaknesses, severity_from)
    places = {id(one.subject): one.subject.package for one in judged}
    told = {number: place_of(package) for number, package in places.items()}
    return [finding(one, told[id(one.subject)], known, keys[one.subject.scheme]) for one in judged]


def _by_namespace(subjects: Iterable[Subject]) -> dict[str, list[Subject]]:
    groups: dict[str, list[Subject]] = defaultdict(list)
    for subject in subjects:
        groups[subject.namespace].append(subject)
    return groups


def _is_held(malicious: Malicious, subject: Subject, key: Key) -> bool:
    if not malicious.versions or subject.version in malicious.versions:
        return True
    mine = key(subject.version)
    return mine is not None and any(key(text) == mine for text in malicious.versions)
