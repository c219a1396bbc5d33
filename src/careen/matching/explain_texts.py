"""The sentences of ``careen explain``: the place of a version in a range, and why a statement or a package does not count."""

from collections.abc import Iterator, Sequence
from typing import Any, Literal

from careen.formats.feeds.software import CPE_NAMESPACE
from careen.model.advisory import Advisory, Import, Malicious, Range
from careen.model.finding import SuppressedBy, Vulnerability

from .keys import Key
from .ranges import contains, is_described, spellings
from .subject import Subject

NAMED_FUNCTIONS = 6

# Why a statement does not count.
Effect = Literal[
    "about_owner",
    "overruled",
    "paid_fix",
    "other_system",
    "not_affected",
    "other_versions_not_affected",
    "undetermined",
    "other_build",
    "channel",
    "erratum_installed",
    "excluded",
    "fixed_by_paid_support",
    "settled_by_owner",
    "aggregated",
    "contradicted",
    "fixed",
]
_EFFECTS: dict[Effect, str] = {
    "about_owner": "the distribution's statement about the package that owns the files",
    "overruled": "the database names it for this package, and takes precedence over the facts shipped with Careen",
    "paid_fix": "a fix for customers of paid support only",
    "other_system": "affects {systems}",
    "not_affected": "not affected: this rules the vulnerability out",
    "other_versions_not_affected": "states that other versions are not affected",
    "undetermined": "does not state whether the package is affected",
    "other_build": "is about another module stream, architecture or line of builds",
    "channel": "the channel that the package came from takes precedence",
    "erratum_installed": "another build of the same erratum is installed: it has the fix",
    "excluded": "{title} states that the package is not affected",
    "fixed_by_paid_support": "the distribution takes precedence: it has fixed the vulnerability",
    "settled_by_owner": "the distribution takes precedence: it has assessed the vulnerability",
    "aggregated": "republishes advisories, and another source contradicts it",
    "contradicted": "the distribution's own source knows the vulnerability, and this version is not affected",
    "fixed": "according to another source, a fixed version is installed",
}

# Why no advisory assesses a package.
Unassessed = Literal["no_database", "unknown_type", "third_party", "unknown_release", "no_feed", "owned", "none"]
_UNASSESSED: dict[Unassessed, str] = {
    "no_database": "there is no advisory database",
    "unknown_type": "no advisory source covers {type} packages",
    "third_party": "a third party built it, and no source is known to cover it under that name",
    "unknown_release": "no source covers its distribution or its build",
    "no_feed": "there is no advisory source for {type} packages",
    "owned": "its files belong to {owner}: the distribution's advisories assess them, unfixed vulnerabilities included",
    "none": "no advisory assesses it",
}


def effect_text(effect: Effect, title: str, systems: Sequence[str]) -> str:
    named = "other operating systems" if "other" in systems else f"{' and '.join(systems)} only"
    return _EFFECTS[effect].format(title=title, systems=named)


def unassessed_text(reason: Unassessed, type: str = "", owner: str = "") -> str:
    return _UNASSESSED[reason].format(type=type, owner=owner)


def assessed_as_text(subject: Subject) -> str:
    if not subject.upstream:
        return f"{subject.name} {subject.version} by the advisories of {subject.title}, in {subject.scheme} order"
    names = (f"CPE {name}" if namespace == CPE_NAMESPACE else f"{namespace} {name}" for namespace, name in subject.places)
    return f"{subject.title} {subject.version}, an upstream version, as {', '.join(names)}, in {subject.scheme} order"


def found_text(finding: Vulnerability) -> str:
    return f"{finding.reason}; {finding.confidence}"


def suppressed_text(by: SuppressedBy) -> str:
    ends = f", until {by.expires}" if by.expires else ""
    return f"{by.kind} ({by.source}): {by.reason or 'no reason given'}{ends}"


def no_source_text(title: str) -> str:
    return f"no source covers {title}"


NOT_NAMED = "none of the sources names this vulnerability for this package"
NOT_AFFECTED = "no statement affects this version"


def comparisons(advisory: Advisory, version: str, key: Key, scheme: str) -> Iterator[str]:
    """How the version compares with each range, and with the list or pattern of versions, of an advisory."""
    described = is_described(advisory, version)
    if described is not None:
        yield f"{version} is {'' if described else 'not '}one of the versions that {advisory.pattern[:200]} describes"
        return
    if not advisory.ranges and not advisory.versions:
        yield "every version is affected"
        return
    if key(version) is None:
        yield f"{version!r} cannot be compared in {scheme} order"
    else:
        yield from (range_text(range, version, key) for range in advisory.ranges)
    if advisory.versions:
        listed = not spellings(version, [advisory], key).isdisjoint(advisory.versions)
        yield f"{version} is {'' if listed else 'not '}among the {len(advisory.versions)} listed versions"
    yield from map(_affected_text, advisory.imports)


def _affected_text(affected: Import) -> str:
    if not affected.symbols:
        return f"all of {affected.path} is affected"
    more = len(affected.symbols) - NAMED_FUNCTIONS
    named = ", ".join(affected.symbols[:NAMED_FUNCTIONS])
    return f"the vulnerable functions of {affected.path} are {named}{f' and {more} more' if more > 0 else ''}"


def malicious_comparison(malicious: Malicious, version: str) -> str:
    if not malicious.versions:
        return "every version is malicious"
    return f"{version} is {'' if version in malicious.versions else 'not '}among {len(malicious.versions)} versions"


def range_text(range: Range, version: str, key: Key) -> str:
    """Where a version lies in a range: "3.0.11 is below 3.0.13, which fixes it"."""
    mine = key(version)
    if mine is None:
        return f"{version!r} is not a version"
    for end in (range.introduced, range.fixed, range.last_affected):
        if end not in (None, "0") and key(str(end)) is None:
            return f"{end!r}, an end of the range, is not a version: the range matches nothing"
    low = range.introduced if range.introduced not in (None, "0") else None
    if low and not contains(Range(low, after=range.after), mine, key):
        return f"{version} is {'not above' if range.after else 'below'} {low}, which introduced it"
    start = f"{version} is "
    if low:
        start += f"{'above' if range.after else 'not below'} {low}, which introduced it, and "
    return start + _upper_text(range, version, mine, key)


def _upper_text(range: Range, version: str, mine: tuple[Any, ...], key: Key) -> str:
    if range.fixed is not None:
        below = contains(Range(fixed=range.fixed), mine, key)
        return f"{'below' if below else 'not below'} {range.fixed}, which fixes it"
    if range.last_affected is not None:
        within = contains(Range(last_affected=range.last_affected), mine, key, version)
        return f"{'not above' if within else 'above'} {range.last_affected}, the last affected version"
    bounded = range.introduced not in (None, "0")
    return "no version fixes it" if bounded else "affected: no version fixes it"
