"""What the files of the owner of a language package (a package of the distribution) show about the vulnerabilities of the
language package.

A distribution fixes vulnerabilities in an old version, and its advisories may not be loaded, or not cover the package.
Then the owner's changelog in the image decides, if a second pass has read it (``Inventory.owners_read``):

- a finding whose vulnerability an entry up to the installed version lists as fixed is suppressed;
- a finding whose vulnerability a complete changelog does not mention stays as it is;
- without the changelog, or if the entries that may mention the vulnerability were removed, the finding becomes ``possible``.

A vulnerability of a library that upstream includes in its own builds is suppressed, if the distribution has that
library as a package of its own. All of this applies to files whose checksum is that of the distribution's package
(``owner_reads``). A changelog with another checksum is ignored. A later entry that reverts a fix counts. If the
archive's changelogs are loaded, they have to mention the vulnerability too.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from careen.formats.feeds.archive_facts import SOURCE
from careen.model.advisory import VulnerabilityRecord
from careen.model.finding import SuppressedBy
from careen.model.inventory import Changelog, Inventory
from careen.model.package import Package

from .assess import Assessed
from .causes import Cause, CutOffChangelog, Gap, NoChangelog, gap_in
from .channels import AdvisoriesByPackage
from .finding_texts import changelog_text, system_library_text
from .keys import Key
from .owner_reads import OwnerReads
from .subject import Subject
from .vendored import vendored_libraries

SUPPRESSED = "distribution"  # the kind of suppression in reports
Silence = Literal["no_changelog", "cut_off"]


class Claimed(Struct, frozen=True):
    assessed: list[Assessed]
    fixed: list[tuple[Assessed, SuppressedBy]]
    gaps: list[Gap]


class _Known(Struct, frozen=True):
    reads: OwnerReads
    libraries: frozenset[str]  # source packages of the distribution's packages
    advisories: AdvisoriesByPackage
    records: Mapping[str, tuple[VulnerabilityRecord, ...]]
    keys: Mapping[str, Key]


def by_owners(
    assessed: Iterable[Assessed],
    inventory: Inventory,
    advisories: AdvisoriesByPackage,
    records: Mapping[str, tuple[VulnerabilityRecord, ...]],
    keys: Mapping[str, Key],
) -> Claimed:
    """The assessed vulnerabilities that stay findings, those that the owner of the package has fixed, and the packages whose
    owner's changelog is missing or cut off. All stay findings if no owner was read.
    """
    if not inventory.owners_read:
        return Claimed(list(assessed), [], [])
    debs = (package for package in inventory.packages if package.type == "deb" and package.vendor == "distribution")
    libraries = frozenset(package.source.name for package in debs if package.source)
    known = _Known(OwnerReads(inventory), libraries, advisories, records, keys)
    kept: list[Assessed] = []
    fixed: list[tuple[Assessed, SuppressedBy]] = []
    silent: dict[Silence, dict[str, Package]] = {"no_changelog": {}, "cut_off": {}}
    for entry in assessed:
        found = _claim(entry, known)
        if isinstance(found, SuppressedBy):
            fixed.append((entry, found))
            continue
        if found and entry.confidence != "possible" and entry.subject.package.presence != "declared":
            silent[found][entry.subject.package.purl] = entry.subject.package
            entry = replace(entry, confidence="possible")
        kept.append(entry)
    causes: dict[Silence, Cause] = {"no_changelog": NoChangelog(), "cut_off": CutOffChangelog()}
    gaps = [gap_in(causes[why], tuple(packages.values())) for why, packages in silent.items() if packages]
    return Claimed(kept, fixed, gaps)


def _claim(entry: Assessed, known: _Known) -> SuppressedBy | Silence | None:
    """What the owner's files show about a finding: a suppression; why they show nothing; None if it stays as it is."""
    owner = entry.subject.owner
    read = known.reads.of(entry.subject.package) if owner else None
    if owner is None or read is None:
        return None
    names = (entry.vulnerability.id, *entry.vulnerability.aliases)
    records = [record for name in names for record in known.records.get(name, ())]
    libraries = vendored_libraries(record.summary for record in records if not record.id.startswith("CVE-"))
    if libraries and libraries <= known.libraries:
        return SuppressedBy(SUPPRESSED, owner.package.purl, system_library_text(owner.package.name, sorted(libraries)))
    changelog = read.changelog
    if changelog is None:
        return None if known.reads.has_changelog(read.owner) else "no_changelog"
    key = known.keys[owner.scheme]
    fixed = _fixed(changelog, owner.version, key)
    cves = [name for name in names if name.startswith("CVE-")]
    if any(name in fixed for name in names) and all(name in fixed for name in cves):
        by = next(name for name in names if name in fixed)
        if _is_contradicted(owner, fixed[by], known.advisories, key):
            return None
        return SuppressedBy(SUPPRESSED, changelog.path, changelog_text(owner.package.name, fixed[by], by))
    if not _reaches(changelog, owner.version, key):
        return "cut_off"
    years = [cve[4:8] for cve in cves] or [record.published[:4] for record in records if record.published]
    return "cut_off" if changelog.cut_off and _may_be_older(years, changelog.cut_off) else None


def _fixed(changelog: Changelog, installed: str, key: Key) -> dict[str, str]:
    """The version that fixes each vulnerability, up to the installed one.

    A rebuild for another release (``1.2-3~deb13u1``) has the fixes of the version that it rebuilds, whose entry comes
    next.
    """
    here = key(installed)
    rebuilds = {version.rpartition("~")[0]: version for version in reversed(changelog.versions) if "~" in version}
    fixed: dict[str, str] = {}
    for entry in reversed(changelog.entries):
        place = key(rebuilds.get(entry.version, entry.version))
        if here is None or place is None or place > here:
            continue
        for name in entry.retracted:
            fixed.pop(name, None)
        for name in entry.fixed:
            fixed.setdefault(name, entry.version)
    return fixed


def _reaches(changelog: Changelog, installed: str, key: Key) -> bool:
    """Whether the changelog has the installed version, or begins with a newer one."""
    newest, here = key(changelog.versions[0]) if changelog.versions else None, key(installed)
    return newest is not None and here is not None and newest >= here


def _may_be_older(years: Sequence[str], cut_off: str) -> bool:
    """Whether an entry before the day ``cut_off`` may mention a vulnerability whose id is from one of the years."""
    return not years or cut_off[:4] >= min(years)


def _is_contradicted(owner: Subject, version: str, advisories: AdvisoriesByPackage, key: Key) -> bool:
    """Whether the archive's changelog of the package, from a feed, contains the entry's version without the fix. A
    vulnerability that the feed has is decided by the feed already.
    """
    listed = (advisory for place in owner.own_places for advisory in advisories.get(place, ()) if advisory.source == SOURCE)
    ends = [end for advisory in listed for range in advisory.ranges if range.fixed and (end := key(range.fixed)) is not None]
    place = key(version)
    return place is not None and any(end >= place for end in ends)
