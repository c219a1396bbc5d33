"""The known vulnerabilities of an inventory's packages, and which packages could not be assessed.

Advisories are looked up in bulk, once for each namespace; versions are compared by the sort keys of the ecosystem's
scheme. ``assess`` decides about one package, ``findings`` makes the findings, ``gaps`` lists what was not assessed.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date

from msgspec import Struct

from careen.database.knowledge import Knowledge, knows_exploited
from careen.model.advisory import Advisory, Malicious, VulnerabilityRecord
from careen.model.finding import Suppressed, Vulnerability
from careen.model.inventory import Inventory
from careen.model.package import Package
from careen.model.report import Reason
from careen.plugins import Ecosystem, VersionScheme

from .aliases import MatchedVulnerability
from .assess import Assessed, Matches, assess, matches_of, together, vulnerability_ids, with_paid_support
from .built_by import built_by, by_newer_releases
from .causes import reason_of
from .channels import AdvisoriesByPackage, advisories_of_rpm
from .earlier import Earlier
from .findings import Enrichment, described, finding, malicious_finding, place_of
from .gaps import gaps_of, release_assesses, without_distribution_package
from .keys import NO_ORDER, Key
from .owner_claims import by_owners
from .patched import first_to_name
from .ranges import Match
from .repeated import without_repeats
from .rpm import stream_of, without_module_build
from .subject import Subject
from .subjects import subjects_of


class Matched(Struct, frozen=True):
    findings: tuple[Vulnerability, ...]
    reasons: tuple[Reason, ...]
    namespaces: tuple[str, ...] = ()  # that assessed at least one package
    assessed: int = 0  # number of packages, including those that the distribution's advisories assess through their owner
    third_parties: tuple[str, ...] = ()  # purls of packages that an index shows to be built by a third party
    fixed: tuple[Suppressed, ...] = ()  # findings that the distribution has fixed according to its changelog
    by_release: bool = False  # the distribution's advisories assess at least one of its packages
    sampled: tuple[tuple[str, int], ...] = ()  # releases whose main source names no package of the image, with their packages


def match(
    inventory: Inventory,
    knowledge: Knowledge,
    schemes: Mapping[str, VersionScheme],
    ecosystems: Mapping[str, Ecosystem],
    today: date,
    severity_from: tuple[str, ...] = (),
    earlier: Earlier | None = None,
) -> Matched:
    """Matches an inventory. ``ecosystems`` is by purl type, ``schemes`` by name. ``today`` decides whether a release
    still gets updates. ``severity_from`` lists the sources whose severity takes precedence. ``earlier``: the results of
    earlier matches with the same advisories, which this one adds to.
    """
    earlier = earlier or Earlier(schemes)
    keys = earlier.keys
    built = built_by(inventory, knowledge, keys, today)
    subjects, owned, gaps = subjects_of(built.inventory, knowledge, ecosystems)
    subjects = by_newer_releases(subjects, built.newer)
    advisories = advisories_of(subjects, knowledge)
    matches = [(subject, *matches_for(subject, advisories, keys[subject.scheme])) for subject in subjects]
    records = dict(knowledge.records(_ids(found for _, found, _ in matches)))
    assessed = [result for subject, found, settled in matches for result in assess(subject, found, records, settled, earlier)]
    if inventory.programs:
        from .linked import without_unlinked

        assessed = without_unlinked(assessed, inventory.programs)
    assessed = without_repeats(assessed)
    claimed = by_owners(assessed, built.inventory, advisories, records, keys)
    findings = _findings(claimed.assessed, records, knowledge, earlier, severity_from)
    findings += _malicious(subjects, knowledge, keys)
    findings.sort(key=lambda found: (-found.risk, found.id, found.package, found.paths))
    set_aside = _findings([entry for entry, _ in claimed.fixed], records, knowledge, earlier, severity_from)
    fixed = tuple(Suppressed(finding, by) for finding, (_, by) in zip(set_aside, claimed.fixed, strict=True))
    covered = gaps_of(subjects, knowledge, keys, advisories, today)
    gaps += [*built.gaps, *covered.gaps, *claimed.gaps]
    by_release = release_assesses(inventory, subjects, gaps)
    if not by_release:
        gaps += without_distribution_package(inventory, subjects, gaps)
    reasons = tuple(map(reason_of, gaps))
    return Matched(
        tuple(findings),
        reasons,
        covered.namespaces,
        covered.assessed + owned,
        built.third_parties,
        fixed,
        by_release,
        covered.sampled,
    )


def advisories_of(subjects: Iterable[Subject], knowledge: Knowledge) -> AdvisoriesByPackage:
    wanted: dict[str, set[str]] = defaultdict(set)
    for subject in subjects:
        for namespace, name in subject.places:
            wanted[namespace].add(name)
    return {
        (namespace, name): advisories
        for namespace, names in wanted.items()
        for name, advisories in knowledge.advisories(namespace, names).items()
    }


def matches_for(subject: Subject, advisories: AdvisoriesByPackage, key: Key) -> tuple[Matches, frozenset[str]]:
    """The matches of the package, and the vulnerabilities that a better source has settled already."""
    own = advisories_of_rpm(subject.package, subject.namespace, subject.name, subject.source, subject.channels, advisories)
    if product := subject.product:
        own = (*own, *(advisory for name in product.names for advisory in advisories.get((product.namespace, name), ())))
    if subject.in_turn:
        own = first_to_name((own, *(advisories.get(place, ()) for place in subject.also)))
    elif subject.also:
        own = (*own, *(advisory for place in subject.also for advisory in advisories.get(place, ())))
    if subject.owner:
        by_owner = [advisory for place in subject.owner.own_places for advisory in advisories.get(place, ())]
        settled = {id for advisory in by_owner if advisory.status != "undetermined" for id in vulnerability_ids(advisory)}
        return matches_of(subject, own, key), frozenset(settled)
    if subject.paid:
        return with_paid_support(subject, own, advisories.get((subject.paid, subject.name), ()), key)
    found = matches_of(subject, own, key_for(subject, subject.namespace, key))
    if subject.stand_in:
        by_rebuild = advisories.get((subject.stand_in, subject.name), ())
        found = together(found, matches_of(subject, by_rebuild, key_for(subject, subject.stand_in, key)))
    return found, frozenset()


def key_for(subject: Subject, namespace: str, key: Key) -> Key:
    """The version order for comparing the package's version with the advisories of a namespace."""
    built_apart = subject.rebuild or namespace == subject.stand_in
    return without_module_build(key) if built_apart and stream_of(subject.package) else key


def _ids(matches: Iterable[Matches]) -> set[str]:
    return {id for group in matches for match in group.affecting for id in (match.advisory.id, *match.advisory.aliases)}


def finding_of(package: Package, id: str, knowledge: Knowledge, severity_from: tuple[str, ...] = ()) -> Vulnerability:
    """The finding of a vulnerability that the code of a package shows, without an advisory that affects its version."""
    subject = Subject(package, "", package.name, package.version, "generic", "", distribution=False, confidence="likely")
    match = Match(Advisory(id, "origin", "", package.name), None)
    entry = Assessed(subject, MatchedVulnerability(id, (), (match,)), "likely", (match,))
    earlier = Earlier({})
    earlier.keys["generic"] = NO_ORDER
    return _findings([entry], {}, knowledge, earlier, severity_from)[0]


def _findings(
    assessed: list[Assessed],
    records: dict[str, tuple[VulnerabilityRecord, ...]],
    knowledge: Knowledge,
    earlier: Earlier,
    severity_from: tuple[str, ...],
) -> list[Vulnerability]:
    if not assessed:
        return []
    names = {(entry.vulnerability.id, *entry.vulnerability.aliases) for entry in assessed}
    records.update(knowledge.records({id for ids in names for id in ids}.difference(records)))
    if new := names.difference(earlier.facts):
        known = _enrichment({id for ids in new for id in ids}, records, knowledge)
        earlier.facts.update((ids, known.of(ids)) for ids in new)
    packages = {id(entry.subject): entry.subject.package for entry in assessed}
    places = {number: place_of(package) for number, package in packages.items()}
    keys = earlier.keys
    return [
        finding(
            entry,
            places[id(entry.subject)],
            described(entry.vulnerability, earlier, severity_from),
            keys[entry.subject.scheme],
        )
        for entry in assessed
    ]


def _enrichment(
    ids: Collection[str], records: Mapping[str, tuple[VulnerabilityRecord, ...]], knowledge: Knowledge
) -> Enrichment:
    named = knowledge.records({cwe for id in ids for record in records.get(id, ()) for cwe in record.cwes})
    weaknesses = {id: found[0].summary for id, found in named.items()}
    exploited = knowledge.exploited(ids)
    catalogue = exploited if exploited or knows_exploited(knowledge) else None
    return Enrichment(records, knowledge.epss(ids), catalogue, weaknesses)


def _malicious(subjects: Iterable[Subject], knowledge: Knowledge, keys: Mapping[str, Key]) -> Iterator[Vulnerability]:
    groups: dict[str, list[Subject]] = defaultdict(list)
    for subject in subjects:
        if not subject.distribution:
            groups[subject.namespace].append(subject)
    for namespace, group in groups.items():
        found = knowledge.malicious(namespace, {subject.name for subject in group})
        for subject in group:
            for malicious in found.get(subject.name, ()):
                if _is_listed(malicious, subject, keys[subject.scheme]):
                    yield malicious_finding(subject, malicious)


def _is_listed(malicious: Malicious, subject: Subject, key: Key) -> bool:
    if not malicious.versions or subject.version in malicious.versions:
        return True
    mine = key(subject.version)
    return mine is not None and any(key(text) == mine for text in malicious.versions)
