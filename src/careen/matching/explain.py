"""Why a flaw is, or is not, found in a package: every source asked, what it says of the version, and what came of it.

Nothing is decided here: the statements are those that matching looks at, compared by the same keys, and the outcome is
that of the report. What sets a statement aside on the way is named in the order in which ``judge`` does.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Literal

from msgspec import Struct

from careen.database.knowledge import Knowledge
from careen.formats.feeds.software import CPE_NAMESPACE
from careen.model.advisory import Advisory, Malicious, NamespaceInfo, Range, VulnerabilityRecord
from careen.model.finding import SuppressedBy, Vulnerability, Weakness
from careen.model.package import Package
from careen.model.report import Report
from careen.plugins import Ecosystem, VersionScheme

from .built_by import built_by, by_newer_releases
from .channels import is_about
from .judge import Opinion, contradicted, system_of
from .keys import Key, Keys
from .match import Said, opinions_of, said_of
from .ranges import hit, holds, spellings
from .rpm import speaks_of
from .second_hand import SECOND_HAND, told_first
from .subjects import Subject, subjects_of

Outcome = Literal["found", "set_aside", "not_found", "not_judged"]


class Statement(Struct, frozen=True):
    """What one advisory says of one package, and how that compares with the version that is installed."""

    source: str
    id: str
    namespace: str
    package: str
    status: str
    severity: str
    comparisons: tuple[str, ...]  # one a range, in words
    holds: bool
    counts: bool  # whether it speaks for the flaw in the end
    why: str = ""  # what it comes to, where holding and counting differ
    url: str = ""


class Asked(Struct, frozen=True):
    """A source that was asked about a package. ``names_it``: whether it speaks of the flaw there at all."""

    source: str
    namespace: str
    records: int
    packages: int
    as_of: str
    names_it: bool


class Judgement(Struct, frozen=True):
    purl: str
    name: str
    version: str
    paths: tuple[str, ...]
    judged_as: str  # "openssl 3.0.11-1 by the advisories of Debian 12, in deb order"; "" where nothing judges it
    outcome: Outcome
    why: str
    asked: tuple[Asked, ...] = ()
    statements: tuple[Statement, ...] = ()
    finding: Vulnerability | None = None
    by: SuppressedBy | None = None


class Explanation(Struct, frozen=True):
    id: str
    ids: tuple[str, ...]  # all names of the flaw
    records: tuple[VulnerabilityRecord, ...]
    package: str | None  # that was asked for
    judgements: tuple[Judgement, ...]
    packages: int  # in the image
    notes: tuple[str, ...] = ()
    weaknesses: tuple[Weakness, ...] = ()  # kinds of mistake that it is


def explain(
    id: str,
    wanted: str | None,
    report: Report,
    knowledge: Knowledge | None,
    schemes: Mapping[str, VersionScheme],
    ecosystems: Mapping[str, Ecosystem],
) -> Explanation:
    """``wanted`` names packages by name, source package or purl; without one, all of which anybody speaks."""
    return Explainer(report, knowledge, schemes, ecosystems).explain(id, wanted)


class Explainer:
    """Answers many questions about one report; what is said of its packages is looked up once."""

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
        self._said = said_of(subjects, knowledge) if knowledge else {}
        self._subjects = {_identity(subject.package): subject for subject in subjects}
        self._by_name: dict[str, list[Advisory]] = {}
        for advisories in self._said.values():
            for advisory in advisories:
                for name in (advisory.id, *advisory.aliases):
                    self._by_name.setdefault(name, []).append(advisory)

    def explain(self, id: str, wanted: str | None = None) -> Explanation:
        report, knowledge = self._report, self._knowledge
        inventory = report.inventory
        packages = [package for package in inventory.packages if wanted is None or is_wanted(package, wanted)]
        notes = tuple(f"{reason.code}: {reason.detail}" for reason in report.coverage.reasons)
        count = len(inventory.packages)
        if knowledge is None:
            why = "there is no advisory database"
            judged = [_unjudged(package, why, report, {id}) for package in (packages if wanted else ())]
            return Explanation(id, (id,), (), wanted, tuple(judged), count, notes)
        ids, records = _names(id, self._by_name, knowledge)
        judgements: list[Judgement] = []
        for package in packages:
            subject = self._subjects.get(_identity(package))
            if subject is not None:
                one = _judgement(subject, self._said, ids, records, knowledge, self._keys[subject.scheme], report)
                if wanted is not None or one.statements or one.finding or one.by:
                    judgements.append(one)
            elif wanted is not None or _found(package, ids, report)[0] is not None:
                judgements.append(_unjudged(package, _why_unjudged(package, self._ecosystems), report, ids))
        order = ("found", "set_aside", "not_found", "not_judged")
        judgements.sort(key=lambda one: (order.index(one.outcome), one.purl, one.paths))
        listed = tuple(sorted(ids, key=lambda name: (not name.startswith("CVE-"), not name.startswith("GHSA-"), name)))
        told = tuple(record for name in listed for record in records.get(name, ()) if record.id == name)
        cwes = dict.fromkeys(cwe for record in told for cwe in record.cwes)
        named = knowledge.records(cwes)
        weaknesses = tuple(Weakness(cwe, named[cwe][0].summary if cwe in named else "") for cwe in cwes)
        return Explanation(id, listed, told, wanted, tuple(judgements), count, notes, weaknesses)


def is_wanted(package: Package, wanted: str) -> bool:
    names = {package.name, package.purl, package.purl.partition("?")[0], package.purl.partition("?")[0].rpartition("@")[0]}
    if package.source:
        names.add(package.source.name)
    return wanted in names or wanted.lower() == package.name.lower()


def _names(
    id: str, by_name: Mapping[str, Sequence[Advisory]], knowledge: Knowledge
) -> tuple[frozenset[str], dict[str, tuple[VulnerabilityRecord, ...]]]:
    """All names of the flaw: those that records and the advisories at hand put beside the one that was given."""
    ids = {id, id.upper()}
    records: dict[str, tuple[VulnerabilityRecord, ...]] = {}
    waiting = set(ids)
    while waiting:
        found = knowledge.records(waiting)
        records.update(found)
        beside = {name for listed in found.values() for record in listed for name in _of_one_flaw((record.id, *record.aliases))}
        for name in waiting:
            for advisory in by_name.get(name, ()):
                beside.update(_of_one_flaw((advisory.id, *advisory.aliases)))
        waiting = beside - ids
        ids |= waiting
    return frozenset(
        name for name in ids if name == id or name in by_name or name in records or name.startswith("CVE-")
    ), records


def _of_one_flaw(names: Sequence[str]) -> Sequence[str]:
    """An erratum of several CVEs is no name of any of them."""
    return names if sum(name.startswith("CVE-") for name in names) <= 1 else ()


def _judgement(
    subject: Subject,
    said: Said,
    ids: frozenset[str],
    records: Mapping[str, tuple[VulnerabilityRecord, ...]],
    knowledge: Knowledge,
    key: Key,
    report: Report,
) -> Judgement:
    opinion, spoken = opinions_of(subject, said, key)
    relevant = [
        (advisory, advisory.namespace == subject.paid)
        for namespace, name in _places(subject)
        for advisory in said.get((namespace, name), ())
        if not ids.isdisjoint((advisory.id, *advisory.aliases)) and is_about(advisory, name, subject.name, subject.source)
    ]
    finding, by = _found(subject.package, ids, report)
    statements = [
        _statement(advisory, subject, opinion, spoken, ids, records, key, paid, finding is not None)
        for advisory, paid in relevant
    ]
    statements += [
        _overruled(advisory, subject, key)
        for advisory in knowledge.overruled(subject.namespace, {subject.name}).get(subject.name, ())
        if not ids.isdisjoint((advisory.id, *advisory.aliases))
    ]
    malicious = knowledge.malicious(subject.namespace, {subject.name}).get(subject.name, ()) if not subject.distribution else ()
    statements += [_malicious(one, subject) for one in malicious if one.id in ids]
    as_of = {source.name: source.as_of[:10] for source in knowledge.info.sources} if knowledge.info else {}
    speaking = {(advisory.source, advisory.namespace) for advisory, _ in relevant}
    asked = [
        Asked(info.source, namespace, info.records, info.packages, as_of.get(info.source, ""), _names_it(info, infos, speaking))
        for namespace in dict.fromkeys(namespace for namespace, _ in _places(subject))
        for infos in (knowledge.namespace(namespace),)
        for info in infos
    ]
    outcome: Outcome = "found" if finding and not by else "set_aside" if by else "not_found"
    if outcome == "not_found" and not asked and not statements:
        outcome = "not_judged"
    return Judgement(
        subject.package.purl,
        subject.package.name,
        subject.package.version,
        _paths(subject.package),
        _judged_as(subject),
        outcome,
        _outcome(outcome, finding, by, statements, subject),
        tuple(asked),
        tuple(statements),
        finding,
        by,
    )


def _names_it(info: NamespaceInfo, infos: Sequence[NamespaceInfo], speaking: Collection[tuple[str, str]]) -> bool:
    """OSV gathers what others publish, and advisories keep the names of those."""
    source = info.source.partition("/")[0]
    others = {other.source.partition("/")[0] for other in infos}
    return any(
        namespace == info.namespace and (name == source or (source == "osv" and name not in others))
        for name, namespace in speaking
    )


def _judged_as(subject: Subject) -> str:
    if not subject.upstream:
        return f"{subject.name} {subject.version} by the advisories of {subject.title}, in {subject.scheme} order"
    names = (f"CPE {name}" if namespace == CPE_NAMESPACE else f"{namespace} {name}" for namespace, name in _places(subject))
    return f"{subject.title} {subject.version}, its maker's version, as {', '.join(names)}, in {subject.scheme} order"


def _places(subject: Subject) -> list[tuple[str, str]]:
    """Where somebody may speak of the package: its namespace, those beside it, and that of the package that owns it."""
    places = [(namespace, subject.name) for namespace in (subject.namespace, subject.stand_in, subject.paid) if namespace]
    names = {subject.name, subject.source or subject.name}
    places += [(namespace, name) for namespace in subject.channels for name in sorted(names)]
    places += [(subject.namespace, subject.source)] if subject.source not in ("", subject.name) else []
    places += subject.also
    if subject.product:
        places += [(subject.product.namespace, name) for name in subject.product.names]
    return [*places, *subject.owner.places] if subject.owner else places


def _statement(
    advisory: Advisory,
    subject: Subject,
    opinion: Opinion,
    spoken: frozenset[str],
    ids: frozenset[str],
    records: Mapping[str, tuple[VulnerabilityRecord, ...]],
    key: Key,
    paid: bool,
    found: bool,
) -> Statement:
    speaking = {namespace for namespace, _ in subject.owner.places} if subject.owner else ()
    owner = subject.owner if advisory.namespace in speaking else None
    version = owner.version if owner else subject.version
    written = spellings(version, [advisory], key)
    held = hit(advisory, version, key, written) is not None
    why = "" if owner is None else "the distribution's word about the package that owns the files"
    counts = False
    if owner is None:
        counts, why = _comes_to(advisory, subject, opinion, spoken, ids, held, paid, found)
    return _stated(advisory, version, subject.scheme, key, held=held, counts=counts, why=why)


def _overruled(advisory: Advisory, subject: Subject, key: Key) -> Statement:
    """What a second-best source says of a package that a better one knows."""
    held = hit(advisory, subject.version, key, spellings(subject.version, [advisory], key)) is not None
    why = "the database knows this package, and goes before the facts shipped with Careen"
    return _stated(advisory, subject.version, subject.scheme, key, held=held, counts=False, why=why)


def _stated(advisory: Advisory, version: str, scheme: str, key: Key, *, held: bool, counts: bool, why: str) -> Statement:
    return Statement(
        advisory.source,
        advisory.id,
        advisory.namespace,
        advisory.package,
        advisory.status,
        advisory.severity,
        tuple(_comparisons(advisory, version, key, scheme)),
        held,
        counts,
        why,
        advisory.url,
    )


def _comes_to(
    advisory: Advisory,
    subject: Subject,
    opinion: Opinion,
    spoken: frozenset[str],
    ids: frozenset[str],
    held: bool,
    paid: bool,
    found: bool,
) -> tuple[bool, str]:
    """Whether the statement speaks for the flaw in the end, and what keeps one that holds the version from it."""
    if paid:
        alone = subject.continued and held and any(one.advisory.id == advisory.id for one in opinion.hits)
        return found and alone, "a fix that only customers of paid support get"
    if advisory.systems and system_of(subject.package) not in advisory.systems:
        return False, f"is about {_systems(advisory)}" if held else ""
    if advisory.status == "not_affected":
        return False, "not affected: this silences the flaw" if held else "not affected, of other versions"
    if advisory.status == "undetermined":
        return False, "says nothing either way"
    if not held:
        return False, ""
    if subject.package.type == "rpm" and subject.distribution and not speaks_of(advisory, subject.package):
        return False, "is about another module stream, architecture or line of builds"
    if subject.channels and all(one is not advisory for one in opinion.others):
        return False, "the channel that the package came from has the first word"
    if all(found.advisory is not advisory for found in opinion.hits):
        return False, "another build of the same erratum is installed: it has the fix"
    if not ids.isdisjoint(opinion.denied):
        return False, f"{subject.title} says that the package is not affected"
    if not ids.isdisjoint(spoken):
        return False, "the distribution has the first word: " + (
            "it is mended there" if subject.paid else "it has spoken of the flaw"
        )
    if found:
        return True, ""
    if advisory.source in SECOND_HAND and not ids.isdisjoint(told_first(opinion.others)):
        return False, "it tells at second hand what another source says otherwise"
    against, mended = contradicted(subject, opinion)
    if not ids.isdisjoint(against):
        return False, "the distribution's own feed knows the flaw and does not hold this version"
    if not ids.isdisjoint(mended):
        return False, "a version that mends it is installed, says another source"
    return False, ""


def _systems(advisory: Advisory) -> str:
    return "other operating systems" if "other" in advisory.systems else f"{' and '.join(advisory.systems)} alone"


def _comparisons(advisory: Advisory, version: str, key: Key, scheme: str) -> Iterable[str]:
    mine = key(version)
    if not advisory.ranges and not advisory.versions:
        yield "every version is affected"
        return
    if mine is None:
        yield f"{version!r} cannot be read as a version in {scheme} order"
    for range in advisory.ranges if mine is not None else ():
        yield in_words(range, version, key)
    if advisory.versions:
        listed = not spellings(version, [advisory], key).isdisjoint(advisory.versions)
        yield f"{version} is {'' if listed else 'not '}among the {len(advisory.versions)} versions it lists"


def in_words(range: Range, version: str, key: Key) -> str:
    """Where a version stands in a range: "3.0.11 is below 3.0.13, which mends it"."""
    mine = key(version)
    if mine is None:
        return f"{version!r} cannot be read as a version"
    for end in (range.introduced, range.fixed, range.last_affected):
        if end not in (None, "0") and key(str(end)) is None:
            return f"{end!r}, an end of its range, is no version: it says nothing"
    low = range.introduced if range.introduced not in (None, "0") else None
    low_key = key(low) if low else None
    if low and low_key is not None and (mine < low_key or (range.after and mine == low_key)):
        return f"{version} is {'not above' if range.after else 'below'} {low}, where the flaw came in"
    since = (
        f"{version} is {'above' if range.after else 'not below'} {low}, where the flaw came in, and "
        if low
        else f"{version} is "
    )
    if range.fixed is not None:
        below = holds(Range(fixed=range.fixed), mine, key)
        return f"{since}{'below' if below else 'not below'} {range.fixed}, which mends it"
    if range.last_affected is not None:
        within = holds(Range(last_affected=range.last_affected), mine, key, version)
        return f"{since}{'not above' if within else 'above'} {range.last_affected}, the last that is affected"
    return f"{since}affected: no version mends it" if not low else f"{since}no version mends it"


def _malicious(one: Malicious, subject: Subject) -> Statement:
    held = not one.versions or subject.version in one.versions
    text = (
        "every version is malicious"
        if not one.versions
        else f"{subject.version} is {'' if held else 'not '}among {len(one.versions)} versions"
    )
    return Statement("openssf", one.id, one.namespace, one.package, "malicious", "critical", (text,), held, held)


def _outcome(
    outcome: Outcome, finding: Vulnerability | None, by: SuppressedBy | None, statements: Sequence[Statement], subject: Subject
) -> str:
    if finding is not None and by is None:
        return f"{finding.reason}; {finding.confidence}"
    if by is not None:
        ends = f", until {by.expires}" if by.expires else ""
        return f"{by.kind} ({by.source}): {by.reason or 'no reason given'}{ends}"
    if outcome == "not_judged":
        return f"no source knows {subject.title}"
    if not statements:
        return "no source that was asked names this flaw for this package"
    why = next((one.why for one in statements if one.holds and one.why), None)
    why = why or next((one.why for one in statements if one.why), None)
    if why and any(one.holds for one in statements):
        return why
    return next((text for one in statements for text in one.comparisons), why or "no statement holds this version")


def _found(package: Package, ids: Iterable[str], report: Report) -> tuple[Vulnerability | None, SuppressedBy | None]:
    wanted, paths = set(ids), set(_paths(package))
    for finding in report.findings:
        if isinstance(finding, Vulnerability) and _is_about(finding, package, wanted, paths):
            return finding, None
    for one in report.suppressed:
        if isinstance(one.finding, Vulnerability) and _is_about(one.finding, package, wanted, paths):
            return one.finding, one.by
    return None, None


def _is_about(finding: Vulnerability, package: Package, ids: set[str], paths: set[str]) -> bool:
    return (
        finding.package == package.purl and not ids.isdisjoint((finding.id, *finding.aliases)) and set(finding.paths) == paths
    )


def _subjects(report: Report, knowledge: Knowledge, keys: Keys, ecosystems: Mapping[str, Ecosystem]) -> list[Subject]:
    """As ``match`` has them."""
    built = built_by(report.inventory, knowledge, keys, date.fromisoformat(report.created[:10]))
    return by_newer_releases(subjects_of(built.inventory, knowledge, ecosystems)[0], built.newer)


def _unjudged(package: Package, why: str, report: Report, ids: Iterable[str]) -> Judgement:
    finding, by = _found(package, ids, report)
    outcome: Outcome = "not_judged" if finding is None else "set_aside" if by else "found"
    return Judgement(package.purl, package.name, package.version, _paths(package), "", outcome, why, finding=finding, by=by)


def _why_unjudged(package: Package, ecosystems: Mapping[str, Ecosystem]) -> str:
    ecosystem = ecosystems.get(package.type)
    if ecosystem is None:
        return f"no advisory source knows {package.type} packages"
    if ecosystem.distribution:
        if package.vendor == "third_party":
            return "somebody else than the distribution built it, and nobody is known to speak of it by that name"
        return "its distribution or its build is not known to any source"
    if ecosystem.namespace is None:
        return f"there is no feed of {package.type} packages"
    if package.owned_by:
        return f"its files belong to {package.owned_by}: the distribution judges them, and lists unfixed flaws too"
    return "nothing judges it"


def _paths(package: Package) -> tuple[str, ...]:
    return tuple(sorted({place.path for place in package.evidence}))


def _identity(package: Package) -> tuple[str, str | None, tuple[str, ...]]:
    return package.purl, package.owned_by, _paths(package)
