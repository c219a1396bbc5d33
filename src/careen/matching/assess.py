"""Decides which vulnerabilities of a package its advisories confirm, and with which confidence.

Sources overlap and disagree. A vulnerability whose advisory affects the version is dropped, or becomes less certain, if
a better source contradicts it:

- the same namespace states that the package is not affected, that the vulnerability is one of another operating system,
  or states a fixed version that is installed;
- the distribution's own source has the vulnerability without affecting the version, while a copy or a derived list
  affects it;
- the distribution whose package owns a language package's files has assessed the vulnerability;
- the ecosystem's own database (or OSV, for software that NVD covers too) has the vulnerability without affecting the
  version: it stays, as ``possible``;
- a maker's advisory with a pattern of versions has the vulnerability, and the pattern excludes this version, for example
  because a fix was backported: it stays, as ``possible``;
- the advisory is an aggregator's, and another source has the vulnerability for this package.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from msgspec import Struct
from msgspec.structs import replace

from careen.distributions.registry import profile_of
from careen.formats.feeds.software import CPE_NAMESPACE
from careen.model.advisory import Advisory, Range, VulnerabilityRecord
from careen.model.finding import Confidence, LoweredBy
from careen.model.package import Package
from careen.safety.pattern import pattern

from .aggregators import is_aggregated, is_doubted, named_by_others
from .aliases import MatchedVulnerability
from .channels import without
from .earlier import Earlier
from .keys import Key
from .ranges import NOT_AFFECTED, Match, match_of, spellings
from .rpm import is_about_build
from .subject import CONFIDENCES, Subject, weaker

# The database that an ecosystem maintains itself, by the prefix of its ids.
_OWN_IDS = {"PyPI": "PYSEC-", "Go": "GO-", "crates.io": "RUSTSEC-", "npm": "GHSA-", "RubyGems": "GHSA-", "Maven": "GHSA-"}

# Versions of packages built for customers of paid support: 1.1.1-1ubuntu2.1~18.04.23+esm1.
_PAID = pattern(r"[+~]esm\d")


class Matches(Struct, frozen=True):
    """The advisories of one package, compared with its version."""

    affecting: tuple[Match, ...]
    considered: tuple[Advisory, ...] = ()  # all advisories about this build, whether they affect it or not
    not_affected: frozenset[str] = frozenset()  # ids of vulnerabilities that a source excludes
    paid_fixes: Mapping[str, str] = {}  # by vulnerability: the version that fixes it for customers of paid support


class Assessed(Struct, frozen=True):
    """An assessed vulnerability of a package, from which a finding is made."""

    subject: Subject
    vulnerability: MatchedVulnerability
    confidence: Confidence
    preferred: tuple[Match, ...]  # the matches from the best source
    paid_fix: str | None = None  # the version that fixes it for customers of paid support
    lowered_by: LoweredBy | None = None


def matches_of(subject: Subject, advisories: Sequence[Advisory], key: Key) -> Matches:
    rpm = subject.package.type == "rpm" and subject.distribution
    if rpm:
        advisories = [advisory for advisory in advisories if is_about_build(advisory, subject.package)]
    elif subject.package.type == "ebuild" and (slot := subject.package.module):
        advisories = [advisory for advisory in advisories if advisory.module in (None, slot)]
    installed = _installed_errata(subject, advisories, key) if rpm else frozenset()
    written = spellings(subject.version, advisories, key)
    affecting: list[Match] = []
    not_affected: set[str] = set()
    elsewhere: list[Advisory] = []
    for advisory in advisories:
        if advisory.status == "undetermined" or (installed and _erratum(advisory) in installed):
            continue
        match = match_of(advisory, subject.version, key, written)
        if match and advisory.systems and system_of(subject.package) not in advisory.systems:
            elsewhere.append(advisory)
        elif match and advisory.status == "not_affected":
            not_affected.update(vulnerability_ids(advisory))
        elif match:
            affecting.append(match)
    if elsewhere:
        # A vulnerability of other systems does not affect this one, unless the same record has another matching range.
        here = {(match.advisory.source, match.advisory.id) for match in affecting}
        not_affected.update(
            id for advisory in elsewhere if (advisory.source, advisory.id) not in here for id in vulnerability_ids(advisory)
        )
    return Matches(tuple(affecting), tuple(advisories), frozenset(not_affected))


def together(one: Matches, other: Matches) -> Matches:
    """The matches of one package from two sources, merged."""
    return Matches(
        (*one.affecting, *other.affecting), (*one.considered, *other.considered), one.not_affected | other.not_affected
    )


def system_of(package: Package) -> str:
    """The operating system for which a package was built, guessed from the names of its files."""
    path = package.evidence[0].path.lower() if package.evidence else ""
    return "windows" if path.endswith((".exe", ".dll")) else "darwin" if path.endswith(".dylib") else "linux"


def with_paid_support(
    subject: Subject, advisories: Sequence[Advisory], paid: Sequence[Advisory], key: Key
) -> tuple[Matches, frozenset[str]]:
    """The matches of the free advisories, with the fixed versions of paid support; and the vulnerabilities that an
    installed fix of paid support has fixed.
    """
    free, theirs = matches_of(subject, advisories, key), matches_of(subject, paid, key)
    affecting = {id(match.advisory) for match in theirs.affecting}
    fixed: set[str] = set()
    fixes: dict[str, str] = {}
    for advisory in theirs.considered:
        ends = [range.fixed for range in advisory.ranges if range.fixed]
        if ends and id(advisory) in affecting:
            fixes.update((name, ends[-1]) for name in vulnerability_ids(advisory))
        elif ends and (subject.continued or _PAID.search(subject.version)):
            fixed.update(vulnerability_ids(advisory))
    if subject.continued:
        fixed.difference_update(fixes)
        free = replace(free, affecting=(*free.affecting, *_fixed_by_paid_support_only(subject, free, theirs)))
    return replace(free, paid_fixes=fixes), frozenset(fixed)


def _fixed_by_paid_support_only(subject: Subject, free: Matches, paid: Matches) -> Iterator[Match]:
    """Matches for vulnerabilities that are only fixed by paid support, after the release's end of life. They are open
    for all other users.
    """
    named = {id for advisory in free.considered for id in vulnerability_ids(advisory)}
    for match in paid.affecting:
        if left := without(match.advisory, named):
            every, status = Range(), "open" if left.status == "fixed" else left.status
            yield Match(replace(left, namespace=subject.namespace, status=status, ranges=(every,), fixed_versions=()), every)


def assess(
    subject: Subject,
    matches: Matches,
    records: Mapping[str, tuple[VulnerabilityRecord, ...]],
    settled: frozenset[str] = frozenset(),
    earlier: Earlier | None = None,
) -> list[Assessed]:
    """The vulnerabilities that become findings, each with its confidence. ``settled``: ids of vulnerabilities that do not,
    because the distribution whose package owns the files, or paid support, has assessed them.
    """
    if not matches.affecting:
        return []
    is_own = _is_own(subject)
    vulnerabilities = (earlier or Earlier({})).grouped(matches.affecting, records)
    contradicted, fixed = contradictions(subject, matches, {id for found in vulnerabilities for id in _ids(found)})
    left_out = _left_out(matches) if subject.product else frozenset()
    named = named_by_others(matches.considered)
    own = {subject.namespace, subject.product.namespace if subject.product else subject.namespace, *subject.channels}
    assessed = []
    for vulnerability in vulnerabilities:
        ids = {vulnerability.id, *vulnerability.aliases}
        if not ids.isdisjoint(matches.not_affected) or not ids.isdisjoint(settled):
            continue
        found = tuple(match for match in vulnerability.matches if not is_aggregated(match)) or vulnerability.matches
        aggregated = is_aggregated(found[0])
        if aggregated and not ids.isdisjoint(named):
            continue
        preferred = tuple(match for match in found if is_own(match.advisory))
        doubted = (not preferred and not ids.isdisjoint(contradicted)) or (aggregated and is_doubted(vulnerability, records))
        doubted = doubted or not ids.isdisjoint(left_out)
        unfixed = all(match.range is None or match.range.fixed is None for match in found)
        if subject.distribution and (doubted or (unfixed and not ids.isdisjoint(fixed))):
            continue
        confidence = max((match.advisory.confidence for match in found), key=CONFIDENCES.index)
        confidence = "possible" if doubted else weaker(confidence, subject.confidence)
        if all(match.advisory.namespace not in own for match in found):
            confidence = weaker(confidence, "likely")  # another distribution's advisories assess it
        paid_fix = next((matches.paid_fixes[id] for id in _ids(vulnerability) if id in matches.paid_fixes), None)
        assessed.append(Assessed(subject, vulnerability, confidence, preferred or found, paid_fix))
    return assessed


def _ids(vulnerability: MatchedVulnerability) -> tuple[str, ...]:
    return (vulnerability.id, *vulnerability.aliases)


def contradictions(subject: Subject, matches: Matches, ids: AbstractSet[str]) -> tuple[frozenset[str], frozenset[str]]:
    """Two sets of vulnerabilities, from advisories that have one of ``ids``: those that the namespace's own database has
    without affecting this version; and, for packages of a distribution, those whose fix is installed.
    """
    is_own = _is_own(subject)
    affecting = {id(match.advisory) for match in matches.affecting}
    contradicted: set[str] = set()
    fixed: set[str] = set()
    for advisory in matches.considered:
        if advisory.id not in ids and ids.isdisjoint(advisory.aliases):
            continue
        if id(advisory) not in affecting and advisory.status not in NOT_AFFECTED:
            if is_own(advisory):
                contradicted.update(vulnerability_ids(advisory))
            if subject.distribution and any(range.fixed for range in advisory.ranges):
                fixed.update(vulnerability_ids(advisory))
    return frozenset(contradicted), frozenset(fixed)


def _left_out(matches: Matches) -> frozenset[str]:
    """All ids of the vulnerabilities whose patterns of versions exclude this version."""
    affecting = {id(match.advisory) for match in matches.affecting}
    names: dict[bool, set[str]] = {True: set(), False: set()}
    for advisory in matches.considered:
        if advisory.pattern:
            names[id(advisory) in affecting].update((advisory.id, *advisory.aliases))
    return frozenset(names[False] - names[True])


def vulnerability_ids(advisory: Advisory) -> tuple[str, ...]:
    """The ids of an advisory's vulnerabilities: its CVEs, or all its ids if it has none."""
    cves = tuple(name for name in (advisory.id, *advisory.aliases) if name.startswith("CVE-"))
    return cves or (advisory.id, *advisory.aliases)


def _is_own(subject: Subject) -> Callable[[Advisory], bool]:
    """A function that returns whether an advisory is from the namespace's own database."""
    if subject.upstream:
        return lambda advisory: advisory.namespace != CPE_NAMESPACE
    if subject.stand_in:
        return lambda advisory: advisory.namespace in (subject.namespace, *subject.channels)
    if subject.distribution:
        known = profile_of(subject.namespace)
        source = known.source if known else subject.namespace.partition(":")[0]
        return lambda advisory: advisory.source == source
    prefix = _OWN_IDS.get(subject.namespace)
    return lambda advisory: prefix is not None and advisory.id.startswith(prefix)


def _installed_errata(subject: Subject, advisories: Sequence[Advisory], key: Key) -> frozenset[tuple[str, ...]]:
    """Errata whose fix is installed, each as its ids. An erratum lists a package once for each build of its stream
    (``.module_el8.5.0+119``, ``.module_el8.6.0+2867``); each of these builds has the fix.
    """
    mine = key(subject.version)
    if mine is None:
        return frozenset()
    found = set()
    for advisory in advisories:
        for range in advisory.ranges:
            end = key(range.fixed) if range.fixed else None
            if end is not None and mine >= end:
                found.add(_erratum(advisory))
    return frozenset(found)


def _erratum(advisory: Advisory) -> tuple[str, ...]:
    """The ids of the erratum that publishes the fix. If a source has one record per CVE, its aliases are the errata."""
    return (advisory.id, *(alias for alias in advisory.aliases if not alias.startswith("CVE-")))
