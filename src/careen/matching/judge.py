"""What the advisories of one package come to: the flaws that hold its version, and how far each can be trusted.

Feeds overlap and disagree, so a flaw that an advisory holds is dropped or doubted when a better word stands against it:

- the same namespace says that this package is not affected, that the flaw is another operating system's, or names the
  version that mends it, and has it;
- a distribution's own feed knows the flaw and does not hold the version, while a copy or a derived list does;
- the distribution whose package owns a language package's files has spoken about the flaw;
- the ecosystem's own database, or OSV's identity of software that NVD speaks of too, names the flaw without holding the
  version: kept, as ``possible``;
- a source tells it at second hand, and another one speaks of the flaw in this package.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from careen.distributions.registry import profile_of
from careen.formats.feeds.software import CPE_NAMESPACE
from careen.model.advisory import Advisory, Range, VulnerabilityRecord
from careen.model.finding import Confidence
from careen.model.package import Package
from careen.safety.pattern import pattern

from .aliases import Flaw, flaws
from .channels import without
from .keys import Key
from .ranges import NOT_AFFECTED, Hit, hit, spellings
from .rpm import speaks_of
from .second_hand import is_doubted, is_second_hand, told_first
from .subjects import CONFIDENCES, Subject, weaker

# The database that an ecosystem keeps itself, by how its ids begin.
_OWN_IDS = {"PyPI": "PYSEC-", "Go": "GO-", "crates.io": "RUSTSEC-", "npm": "GHSA-", "RubyGems": "GHSA-", "Maven": "GHSA-"}

# Versions of packages that paid support built: 1.1.1-1ubuntu2.1~18.04.23+esm1.
_PAID = pattern(r"[+~]esm\d")


class Opinion(Struct, frozen=True):
    """What a namespace says of a package: what holds its version, and what was said that does not."""

    hits: tuple[Hit, ...]
    others: tuple[Advisory, ...] = ()  # about this build, holding it or not
    denied: frozenset[str] = frozenset()  # flaws that it is not affected by
    paid: Mapping[str, str] = {}  # flaw: the version that mends it for paying customers


class Judged(Struct, frozen=True):
    subject: Subject
    flaw: Flaw
    confidence: Confidence
    preferred: tuple[Hit, ...]  # of the flaw's hits, those of the best source
    paid: str | None = None  # the version that mends it for paying customers


def opinion(subject: Subject, advisories: Sequence[Advisory], key: Key) -> Opinion:
    rpm = subject.package.type == "rpm" and subject.distribution
    if rpm:
        advisories = [advisory for advisory in advisories if speaks_of(advisory, subject.package)]
    elif subject.package.type == "ebuild" and (slot := subject.package.module):
        advisories = [advisory for advisory in advisories if advisory.module in (None, slot)]
    mended = _mended(subject, advisories, key) if rpm else frozenset()
    written = spellings(subject.version, advisories, key)
    hits: list[Hit] = []
    denied: set[str] = set()
    elsewhere: list[Advisory] = []
    for advisory in advisories:
        if advisory.status == "undetermined" or (mended and _erratum(advisory) in mended):
            continue
        found = hit(advisory, subject.version, key, written)
        if found and advisory.systems and system_of(subject.package) not in advisory.systems:
            elsewhere.append(advisory)
        elif found and advisory.status == "not_affected":
            denied.update(named(advisory))
        elif found:
            hits.append(found)
    if elsewhere:
        # Who says that a flaw is of other systems denies it here, unless the same record holds the version in other words.
        here = {(found.advisory.source, found.advisory.id) for found in hits}
        denied.update(name for one in elsewhere if (one.source, one.id) not in here for name in named(one))
    return Opinion(tuple(hits), tuple(advisories), frozenset(denied))


def system_of(package: Package) -> str:
    """The operating system that a package runs on, by the names of its files."""
    path = package.evidence[0].path.lower() if package.evidence else ""
    return "windows" if path.endswith((".exe", ".dll")) else "darwin" if path.endswith(".dylib") else "linux"


def paid_for(
    subject: Subject, advisories: Sequence[Advisory], paid: Sequence[Advisory], key: Key
) -> tuple[Opinion, frozenset[str]]:
    """The ordinary opinion, with the fixes of paid support; a package that has such a fix installed needs no other."""
    said, theirs = opinion(subject, advisories, key), opinion(subject, paid, key)
    held = {id(found.advisory) for found in theirs.hits}
    mended: set[str] = set()
    fixes: dict[str, str] = {}
    for advisory in theirs.others:
        ends = [range.fixed for range in advisory.ranges if range.fixed]
        if ends and id(advisory) in held:
            fixes.update((name, ends[-1]) for name in named(advisory))
        elif ends and (subject.continued or _PAID.search(subject.version)):
            mended.update(named(advisory))
    if subject.continued:
        mended.difference_update(fixes)
        said = replace(said, hits=(*said.hits, *_unmended(subject, said, theirs)))
    return replace(said, paid=fixes), frozenset(mended)


def _unmended(subject: Subject, said: Opinion, paid: Opinion) -> Iterator[Hit]:
    """Flaws that only those have mended who go on with a release after its end: for others they are open."""
    spoken = {name for advisory in said.others for name in named(advisory)}
    for found in paid.hits:
        if left := without(found.advisory, spoken):
            every, status = Range(), "open" if left.status == "fixed" else left.status
            yield Hit(replace(left, namespace=subject.namespace, status=status, ranges=(every,), fixed_versions=()), every)


def judge(
    subject: Subject,
    said: Opinion,
    records: Mapping[str, tuple[VulnerabilityRecord, ...]],
    spoken: frozenset[str] = frozenset(),
) -> list[Judged]:
    """``spoken``: flaws of which the distribution that owns the files has judged already."""
    own = _own(subject)
    against, mended = contradicted(subject, said)
    first = told_first(said.others)
    speaking = {subject.namespace, subject.product.namespace if subject.product else subject.namespace, *subject.channels}
    judged = []
    for flaw in flaws(said.hits, records):
        ids = {flaw.id, *flaw.aliases}
        if not ids.isdisjoint(said.denied) or not ids.isdisjoint(spoken):
            continue
        hits = tuple(found for found in flaw.hits if not is_second_hand(found)) or flaw.hits
        copied = is_second_hand(hits[0])
        if copied and not ids.isdisjoint(first):
            continue
        preferred = tuple(found for found in hits if own(found.advisory))
        doubted = (not preferred and not ids.isdisjoint(against)) or (copied and is_doubted(flaw, records))
        unfixed = all(found.range is None or found.range.fixed is None for found in hits)
        if subject.distribution and (doubted or (unfixed and not ids.isdisjoint(mended))):
            continue
        confidence = max((found.advisory.confidence for found in hits), key=CONFIDENCES.index)
        confidence = "possible" if doubted else weaker(confidence, subject.weight)
        if all(found.advisory.namespace not in speaking for found in hits):
            confidence = weaker(confidence, "likely")  # another distribution's, standing in
        paid = next((said.paid[id] for id in (flaw.id, *flaw.aliases) if id in said.paid), None)
        judged.append(Judged(subject, flaw, confidence, preferred or hits, paid))
    return judged


def contradicted(subject: Subject, said: Opinion) -> tuple[frozenset[str], frozenset[str]]:
    """Flaws that the namespace's own database knows without holding this version, and those whose fix is installed."""
    own = _own(subject)
    held = {id(found.advisory) for found in said.hits}
    against: set[str] = set()
    mended: set[str] = set()
    for advisory in said.others:
        if id(advisory) not in held and advisory.status not in NOT_AFFECTED:
            if own(advisory):
                against.update(named(advisory))
            if subject.distribution and any(range.fixed for range in advisory.ranges):
                mended.update(named(advisory))
    return frozenset(against), frozenset(mended)


def named(advisory: Advisory) -> tuple[str, ...]:
    """The flaws that an advisory names: its CVEs, or where it has none itself."""
    cves = tuple(name for name in (advisory.id, *advisory.aliases) if name.startswith("CVE-"))
    return cves or (advisory.id, *advisory.aliases)


def _own(subject: Subject) -> Callable[[Advisory], bool]:
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


def _mended(subject: Subject, advisories: Sequence[Advisory], key: Key) -> frozenset[tuple[str, ...]]:
    """Errata that this build is at or beyond. One erratum lists a package once for every build of its stream
    (``.module_el8.5.0+119``, ``.module_el8.6.0+2867``), and having any of them is having the fix."""
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
    """What publishes the fix; where a source has a record of each CVE, the errata that it names."""
    return (advisory.id, *(alias for alias in advisory.aliases if not alias.startswith("CVE-")))
