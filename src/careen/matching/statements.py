"""What each advisory states about one package, how it compares with the installed version, and whether it counts.

This module decides nothing: the advisories are those that matching uses, compared by the same keys. The effect of an
advisory is the first rule that discards it, in the order in which ``assess`` applies the rules.
"""

from collections.abc import Collection, Mapping

from msgspec import Struct, field

from careen.database.knowledge import Knowledge
from careen.model.advisory import Advisory, Malicious

from .aggregators import is_republished, named_by_others
from .assess import Matches, contradictions, system_of
from .channels import AdvisoriesByPackage, is_about
from .explain_texts import Effect, comparisons, effect_text, malicious_comparison
from .keys import Key
from .match import key_for, matches_for
from .ranges import match_of, spellings
from .rpm import is_about_build
from .subject import Subject


class Statement(Struct, frozen=True):
    """One advisory about one package."""

    source: str
    id: str
    namespace: str
    package: str
    status: str
    severity: str
    comparisons: tuple[str, ...]  # a sentence about the version and each range, and about the listed versions
    affects: bool = field(name="holds")  # it affects the installed version
    counts: bool  # it makes a finding
    why: str = ""  # why it does not count
    url: str = ""


class _Case(Struct, frozen=True):
    """One vulnerability of one package."""

    subject: Subject
    ids: frozenset[str]
    keys: Mapping[str, Key]
    found: bool  # the report contains a finding of it
    matches: Matches
    settled: frozenset[str]  # ids of vulnerabilities of the package that a better source has assessed


def statements_of(
    subject: Subject,
    ids: frozenset[str],
    advisories: AdvisoriesByPackage,
    knowledge: Knowledge,
    keys: Mapping[str, Key],
    found: bool,
) -> tuple[list[Statement], frozenset[tuple[str, str]]]:
    """All statements about the vulnerability with these ids, and the (source, namespace) pairs of the advisories.

    ``keys`` are by the scheme of versions. ``found``: the report has this vulnerability for the package.
    """
    key = keys[subject.scheme]
    case = _Case(subject, ids, keys, found, *matches_for(subject, advisories, key))
    about = [
        advisory
        for namespace, name in subject.places
        for advisory in advisories.get((namespace, name), ())
        if _names(advisory, ids) and is_about(advisory, name, subject.name, subject.source)
    ]
    overruled = knowledge.overruled(subject.namespace, {subject.name}).get(subject.name, ())
    malicious = knowledge.malicious(subject.namespace, {subject.name}).get(subject.name, ()) if not subject.distribution else ()
    statements = [
        *(_statement(advisory, case) for advisory in about),
        *(_overruled(advisory, subject, key) for advisory in overruled if _names(advisory, ids)),
        *(_malicious(record, subject) for record in malicious if record.id in ids),
    ]
    return statements, frozenset((advisory.source, advisory.namespace) for advisory in about)


def _names(advisory: Advisory, ids: Collection[str]) -> bool:
    return any(id in ids for id in (advisory.id, *advisory.aliases))


def _statement(advisory: Advisory, case: _Case) -> Statement:
    subject = case.subject
    owner = subject.owner
    if owner and advisory.namespace in {namespace for namespace, _ in owner.own_places}:
        key = case.keys[owner.scheme]
        affects = _affects(advisory, owner.version, key)
        return _stated(advisory, owner, key, affects=affects, counts=False, effect="about_owner")
    key = key_for(subject, advisory.namespace, case.keys[subject.scheme])
    affects = _affects(advisory, subject.version, key)
    effect = _set_aside(advisory, case, affects)
    counts = False
    if effect == "paid_fix":
        only_paid = subject.continued and any(match.advisory.id == advisory.id for match in case.matches.affecting)
        counts = case.found and affects and only_paid
    elif effect is None and affects:
        counts = case.found
        effect = None if case.found else _outweighed(advisory, case)
    return _stated(advisory, subject, key, affects=affects, counts=counts, effect=effect)


def _set_aside(advisory: Advisory, case: _Case, affects: bool) -> Effect | None:
    """Why the advisory does not make a finding, regardless of other sources; None if it may."""
    subject, matches = case.subject, case.matches
    if advisory.namespace == subject.paid:
        return "paid_fix"
    if advisory.systems and system_of(subject.package) not in advisory.systems:
        return "other_system" if affects else None
    if advisory.status == "not_affected":
        return "not_affected" if affects else "other_versions_not_affected"
    if advisory.status == "undetermined":
        return "undetermined"
    if not affects:
        return None
    if subject.package.type == "rpm" and subject.distribution and not is_about_build(advisory, subject.package):
        return "other_build"
    if subject.channels and all(considered is not advisory for considered in matches.considered):
        return "channel"
    if all(match.advisory is not advisory for match in matches.affecting):
        return "erratum_installed"
    if not case.ids.isdisjoint(matches.not_affected):
        return "excluded"
    if not case.ids.isdisjoint(case.settled):
        return "fixed_by_paid_support" if subject.paid else "settled_by_owner"
    return None


def _outweighed(advisory: Advisory, case: _Case) -> Effect | None:
    """Why another source contradicts an advisory that affects the version; None if none does."""
    if is_republished(advisory) and not case.ids.isdisjoint(named_by_others(case.matches.considered)):
        return "aggregated"
    contradicted, fixed = contradictions(case.subject, case.matches, case.ids)
    if not case.ids.isdisjoint(contradicted):
        return "contradicted"
    return "fixed" if not case.ids.isdisjoint(fixed) else None


def _overruled(advisory: Advisory, subject: Subject, key: Key) -> Statement:
    """The statement of an advisory of a fallback source (the facts shipped with Careen), which does not count for a package
    that the database covers.
    """
    affects = _affects(advisory, subject.version, key)
    return _stated(advisory, subject, key, affects=affects, counts=False, effect="overruled")


def _affects(advisory: Advisory, version: str, key: Key) -> bool:
    return match_of(advisory, version, key, spellings(version, [advisory], key)) is not None


def _stated(advisory: Advisory, subject: Subject, key: Key, *, affects: bool, counts: bool, effect: Effect | None) -> Statement:
    return Statement(
        advisory.source,
        advisory.id,
        advisory.namespace,
        advisory.package,
        advisory.status,
        advisory.severity,
        tuple(comparisons(advisory, subject.version, key, subject.scheme)),
        affects,
        counts,
        effect_text(effect, subject.title, advisory.systems) if effect else "",
        advisory.url,
    )


def _malicious(malicious: Malicious, subject: Subject) -> Statement:
    affects = not malicious.versions or subject.version in malicious.versions
    text = malicious_comparison(malicious, subject.version)
    return Statement(
        "openssf", malicious.id, malicious.namespace, malicious.package, "malicious", "critical", (text,), affects, affects
    )
