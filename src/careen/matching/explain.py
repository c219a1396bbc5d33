"""Explains why a vulnerability is, or is not, found in a package: each source, its statement about the version, and the
outcome.

This module decides nothing: the outcome is that of the report, and the statements are those that matching uses.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Literal

from msgspec import Struct, field

from careen.database.knowledge import Knowledge
from careen.model.advisory import Advisory, NamespaceInfo, VulnerabilityRecord
from careen.model.finding import SuppressedBy, Vulnerability, Weakness
from careen.model.package import Package
from careen.model.report import Report
from careen.plugins import Ecosystem, VersionScheme

from .built_by import built_by, by_newer_releases
from .channels import AdvisoriesByPackage
from .explain_texts import (
    NOT_AFFECTED,
    NOT_NAMED,
    Unassessed,
    assessed_as_text,
    found_text,
    no_source_text,
    suppressed_text,
    unassessed_text,
)
from .keys import Keys
from .match import advisories_of
from .statements import Statement, statements_of
from .subject import Subject
from .subjects import subjects_of

Outcome = Literal["found", "set_aside", "not_found", "not_judged"]
MAX_NAMESAKES = 20
_ORDER: tuple[Outcome, ...] = ("found", "set_aside", "not_found", "not_judged")


class Source(Struct, frozen=True):
    """A source that covers the namespace of a package. ``names_it``: it has the vulnerability for the package."""

    source: str
    namespace: str
    records: int
    packages: int
    as_of: str
    names_it: bool


class PackageExplanation(Struct, frozen=True):
    purl: str
    name: str
    version: str
    paths: tuple[str, ...]
    # such as "openssl 3.0.11-1 by the advisories of Debian 12, in deb order"; "" if nothing assesses it
    assessed_as: str = field(name="judged_as")
    outcome: Outcome
    why: str
    sources: tuple[Source, ...] = field(name="asked", default=())
    statements: tuple[Statement, ...] = ()
    finding: Vulnerability | None = None
    by: SuppressedBy | None = None


class Explanation(Struct, frozen=True):
    id: str
    ids: tuple[str, ...]  # all ids of the vulnerability
    records: tuple[VulnerabilityRecord, ...]
    package: str | None  # the package that the user asked about, as given; None: all packages
    of_packages: tuple[PackageExplanation, ...] = field(name="judgements")
    packages: int  # number of packages in the image
    notes: tuple[str, ...] = ()
    weaknesses: tuple[Weakness, ...] = ()
    # no source has the vulnerability for these packages; advisories of other releases or ecosystems have it for their names
    are_namesakes: bool = False
    is_of_package: bool = False  # ``id`` is a package of the image, and not a vulnerability


def explain(
    id: str,
    wanted: str | None,
    report: Report,
    knowledge: Knowledge | None,
    schemes: Mapping[str, VersionScheme],
    ecosystems: Mapping[str, Ecosystem],
) -> Explanation:
    """Explains a vulnerability. ``wanted`` is a name, source package or purl; without it, all packages are explained
    for which a source has the vulnerability.
    """
    return Explainer(report, knowledge, schemes, ecosystems).explain(id, wanted)


class Explainer:
    """Answers many questions about one report, with a single look-up of the advisories of its packages."""

    def __init__(
        self,
        report: Report,
        knowledge: Knowledge | None,
        schemes: Mapping[str, VersionScheme],
        ecosystems: Mapping[str, Ecosystem],
    ) -> None:
        self._report, self._knowledge, self._ecosystems = report, knowledge, ecosystems
        self._keys = Keys(schemes)
        subjects = _subjects(report, knowledge, self._keys, ecosystems) if knowledge else []
        self._advisories = advisories_of(subjects, knowledge) if knowledge else {}
        self._subjects = {_identity(subject.package): subject for subject in subjects}
        self._by_id: dict[str, list[Advisory]] = {}
        for advisories in self._advisories.values():
            for advisory in advisories:
                for name in (advisory.id, *advisory.aliases):
                    self._by_id.setdefault(name, []).append(advisory)

    def explain(self, id: str, wanted: str | None = None, elsewhere: Collection[str] = ()) -> Explanation:
        """Explains a vulnerability, see ``explain``. ``elsewhere`` are the names of packages for which advisories of any
        release and ecosystem have the vulnerability. If there is nothing else to explain, packages of the image with such a
        name are explained.
        """
        report, knowledge = self._report, self._knowledge
        inventory = report.inventory
        packages = [package for package in inventory.packages if wanted is None or is_wanted(package, wanted)]
        notes = tuple(f"{reason.code}: {reason.detail}" for reason in report.coverage.reasons)
        count = len(inventory.packages)
        if knowledge is None:
            explained = [_unassessed(package, "no_database", report, {id}) for package in (packages if wanted else ())]
            return Explanation(id, (id,), (), wanted, tuple(explained), count, notes)
        ids, records = _all_ids(id, self._by_id, knowledge)
        explained = [entry for package in packages if (entry := self._of_package(package, ids, wanted is not None, knowledge))]
        are_namesakes = False
        if not explained and elsewhere:
            names = {name.lower() for name in elsewhere}
            named = [package for package in packages if names & _names(package)][:MAX_NAMESAKES]
            explained = [entry for package in named if (entry := self._of_package(package, ids, True, knowledge))]
            are_namesakes = bool(explained)
        explained.sort(key=lambda entry: (_ORDER.index(entry.outcome), entry.purl, entry.paths))
        listed = tuple(sorted(ids, key=lambda name: (not name.startswith("CVE-"), not name.startswith("GHSA-"), name)))
        own = tuple(record for name in listed for record in records.get(name, ()) if record.id == name)
        weaknesses = _weaknesses(own, knowledge)
        is_of_package = not own and not explained and any(is_wanted(package, id) for package in inventory.packages)
        return Explanation(id, listed, own, wanted, tuple(explained), count, notes, weaknesses, are_namesakes, is_of_package)

    def _of_package(
        self, package: Package, ids: frozenset[str], wanted: bool, knowledge: Knowledge
    ) -> PackageExplanation | None:
        """Explains one package; None if nothing is known about the vulnerability in a package that the user did not name."""
        subject = self._subjects.get(_identity(package))
        if subject is not None:
            explained = _assessed(subject, self._advisories, ids, knowledge, self._keys, self._report)
            return explained if wanted or explained.statements or explained.finding or explained.by else None
        if not wanted and _finding_of(package, ids, self._report)[0] is None:
            return None
        return _unassessed(package, _why_unassessed(package, self._ecosystems), self._report, ids)


def is_wanted(package: Package, wanted: str) -> bool:
    """Whether the user's text names the package: by its name, its source package, or its purl without qualifiers or version."""
    names = {package.name, package.purl, package.purl.partition("?")[0], package.purl.partition("?")[0].rpartition("@")[0]}
    if package.source:
        names.add(package.source.name)
    return wanted in names or wanted.lower() == package.name.lower()


def _names(package: Package) -> set[str]:
    return {name.lower() for name in (package.name, package.source.name if package.source else "") if name}


def _all_ids(
    id: str, by_id: Mapping[str, Sequence[Advisory]], knowledge: Knowledge
) -> tuple[frozenset[str], dict[str, tuple[VulnerabilityRecord, ...]]]:
    """All ids of the vulnerability, from the aliases of its records and advisories; and the records."""
    ids = {id, id.upper()}
    records: dict[str, tuple[VulnerabilityRecord, ...]] = {}
    waiting = set(ids)
    while waiting:
        found = knowledge.records(waiting)
        records.update(found)
        aliases = {name for listed in found.values() for record in listed for name in _aliases((record.id, *record.aliases))}
        for name in waiting:
            for advisory in by_id.get(name, ()):
                aliases.update(_aliases((advisory.id, *advisory.aliases)))
        waiting = aliases - ids
        ids |= waiting
    known = (name for name in ids if name == id or name in by_id or name in records or name.startswith("CVE-"))
    return frozenset(known), records


def _aliases(names: Sequence[str]) -> Sequence[str]:
    """The names as aliases of each other; none for an erratum with several CVEs."""
    return names if sum(name.startswith("CVE-") for name in names) <= 1 else ()


def _weaknesses(records: Iterable[VulnerabilityRecord], knowledge: Knowledge) -> tuple[Weakness, ...]:
    cwes = dict.fromkeys(cwe for record in records for cwe in record.cwes)
    named = knowledge.records(cwes)
    return tuple(Weakness(cwe, named[cwe][0].summary if cwe in named else "") for cwe in cwes)


def _assessed(
    subject: Subject,
    advisories: AdvisoriesByPackage,
    ids: frozenset[str],
    knowledge: Knowledge,
    keys: Keys,
    report: Report,
) -> PackageExplanation:
    finding, by = _finding_of(subject.package, ids, report)
    statements, naming = statements_of(subject, ids, advisories, knowledge, keys, finding is not None)
    as_of = {source.name: source.as_of[:10] for source in knowledge.info.sources} if knowledge.info else {}
    sources = [
        Source(info.source, namespace, info.records, info.packages, as_of.get(info.source, ""), _names_it(info, infos, naming))
        for namespace in dict.fromkeys(namespace for namespace, _ in subject.places)
        for infos in (knowledge.namespace(namespace),)
        for info in infos
    ]
    outcome: Outcome = "found" if finding and not by else "set_aside" if by else "not_found"
    if outcome == "not_found" and not sources and not statements:
        outcome = "not_judged"
    return PackageExplanation(
        subject.package.purl,
        subject.package.name,
        subject.package.version,
        _paths(subject.package),
        assessed_as_text(subject),
        outcome,
        _why(finding, by, statements, no_source_text(subject.title) if outcome == "not_judged" else ""),
        tuple(sources),
        tuple(statements),
        finding,
        by,
    )


def _names_it(info: NamespaceInfo, infos: Sequence[NamespaceInfo], naming: Collection[tuple[str, str]]) -> bool:
    """Whether the source ``info`` has an advisory for the vulnerability in its namespace. ``naming``: (source, namespace) of
    each advisory that names it. OSV republishes the advisories of others under their publishers' names, so that an advisory
    counts as OSV's, too, if its source is not among ``infos``, the sources of the namespace.
    """
    source = info.source.partition("/")[0]
    others = {other.source.partition("/")[0] for other in infos}
    return any(
        namespace == info.namespace and (name == source or (source == "osv" and name not in others))
        for name, namespace in naming
    )


def _why(finding: Vulnerability | None, by: SuppressedBy | None, statements: Sequence[Statement], unassessed: str) -> str:
    """The reason of the finding or suppression; without either, that of the most significant statement."""
    if by is not None:
        return suppressed_text(by)
    if finding is not None:
        return found_text(finding)
    if not statements:
        return unassessed or NOT_NAMED
    why = next((statement.why for statement in statements if statement.affects and statement.why), None)
    why = why or next((statement.why for statement in statements if statement.why), None)
    if why and any(statement.affects for statement in statements):
        return why
    return next((text for statement in statements for text in statement.comparisons), why or NOT_AFFECTED)


def _finding_of(package: Package, ids: Iterable[str], report: Report) -> tuple[Vulnerability | None, SuppressedBy | None]:
    wanted, paths = set(ids), set(_paths(package))
    for finding in report.findings:
        if isinstance(finding, Vulnerability) and _is_of(finding, package, wanted, paths):
            return finding, None
    for suppressed in report.suppressed:
        if isinstance(suppressed.finding, Vulnerability) and _is_of(suppressed.finding, package, wanted, paths):
            return suppressed.finding, suppressed.by
    return None, None


def _is_of(finding: Vulnerability, package: Package, ids: set[str], paths: set[str]) -> bool:
    return (
        finding.package == package.purl and not ids.isdisjoint((finding.id, *finding.aliases)) and set(finding.paths) == paths
    )


def _subjects(report: Report, knowledge: Knowledge, keys: Keys, ecosystems: Mapping[str, Ecosystem]) -> list[Subject]:
    """The subjects of the report's inventory, determined as in ``match``."""
    built = built_by(report.inventory, knowledge, keys, date.fromisoformat(report.created[:10]))
    return by_newer_releases(subjects_of(built.inventory, knowledge, ecosystems)[0], built.newer)


def _unassessed(package: Package, reason: Unassessed, report: Report, ids: Iterable[str]) -> PackageExplanation:
    finding, by = _finding_of(package, ids, report)
    outcome: Outcome = "not_judged" if finding is None else "set_aside" if by else "found"
    why = suppressed_text(by) if by else found_text(finding) if finding else ""
    why = why or unassessed_text(reason, package.type, package.owned_by or "")
    return PackageExplanation(
        package.purl, package.name, package.version, _paths(package), "", outcome, why, finding=finding, by=by
    )


def _why_unassessed(package: Package, ecosystems: Mapping[str, Ecosystem]) -> Unassessed:
    ecosystem = ecosystems.get(package.type)
    if ecosystem is None:
        return "unknown_type"
    if ecosystem.distribution:
        return "third_party" if package.vendor == "third_party" else "unknown_release"
    if ecosystem.namespace is None:
        return "no_feed"
    return "owned" if package.owned_by else "none"


def _paths(package: Package) -> tuple[str, ...]:
    return tuple(sorted({place.path for place in package.evidence}))


def _identity(package: Package) -> tuple[str, str | None, tuple[str, ...]]:
    return package.purl, package.owned_by, _paths(package)
