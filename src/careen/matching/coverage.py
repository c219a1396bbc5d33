"""The coverage of a scan: what was assessed, what was not and why, and the verdict.

``assessed``: every package was assessed with a source that has records for its release, covers all its packages and is
no older than ``max_age_days``. ``not_assessed``: no package was. Everything else is ``partially_assessed``. Reasons of
effect ``information`` (``careen.model.reasons``) do not lower the verdict, because the packages were assessed.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import Literal

from careen.database.age import ALWAYS, too_old
from careen.database.knowledge import Knowledge
from careen.model.advisory import SourceInfo
from careen.model.attached import Attached
from careen.model.inventory import BY_TABLE, Inventory, Unknown
from careen.model.origin import Origin, OriginRead
from careen.model.package import GUESSED, Package
from careen.model.reasons import effect_of
from careen.model.report import Coverage, Reason

from .causes import Gap, gap_in, reason_of
from .coverage_causes import (
    AttachedOdd,
    AttachedUnread,
    ContainerFiles,
    DerivedSource,
    Missing,
    ModifiedPackages,
    MoreSubjects,
    NoAssessedPackage,
    NoDatabase,
    NoPackageDatabase,
    NoPackages,
    NotCompared,
    OriginKnowledgeSmall,
    OriginReduced,
    OriginUnread,
    OriginVersionUnknown,
    PartialPrograms,
    RefreshFailed,
    SbomOnly,
    ShadowedDatabase,
    StaleSource,
    UnidentifiedFiles,
    Unread,
    UnreadArchive,
    UnreadFiles,
    UnreadLayer,
    UntrustedRules,
    UntrustedVex,
)
from .distributions import label_of, name_of
from .lifetimes import without_lifecycle
from .match import Matched

MAX_AGE_DAYS = 14  # of the data that assess an image
MAX_PATHS = 10_000  # subjects that one reason lists; a second reason counts the others, which a user accepts by its code


def coverage(
    inventory: Inventory,
    knowledge: Knowledge | None,
    matched: Matched,
    unknowns: Sequence[Unknown],
    today: date,
    max_age_days: int | None = MAX_AGE_DAYS,
    unfetched: tuple[str, ...] = (),
) -> Coverage:
    """What was assessed, what was not, and why. Without ``knowledge``, nothing was, whatever ``matched`` contains.
    ``max_age_days`` None: advisories may have any age."""
    packages = len(inventory.packages)
    reasons = list(matched.reasons)
    assessed = matched.assessed
    if knowledge is None:
        assessed = 0
        reasons.insert(0, reason_of(Gap(NoDatabase(), packages)))
    else:
        reasons += map(reason_of, _of_sources(knowledge, matched.namespaces, today, max_age_days))
    reasons += map(reason_of, _of_packages(inventory))
    reasons += unreadable(unknowns)
    reasons += map(reason_of, (*_of_files(inventory), *_of_origin(inventory.origin_read)))
    verdict = _verdict(assessed, reasons)
    return Coverage(
        verdict,
        tuple(reasons),
        inventory.files,
        inventory.unowned_executables,
        packages=packages,
        assessed_packages=packages if verdict == "assessed" else min(assessed, packages),
        data_of=_data_of(knowledge, matched.namespaces) if knowledge else None,
        unfetched=unfetched,
        without_lifecycle=without_lifecycle(inventory, matched.namespaces, knowledge) if knowledge else "",
    )


def sources_of(knowledge: Knowledge | None) -> frozenset[str]:
    """The names of the sources that are loaded."""
    info = knowledge.info if knowledge else None
    return info.loaded if info else frozenset()


def with_attached(covered: Coverage, attached: Attached) -> Coverage:
    """Adds the gaps in what the registry attaches to the image."""
    found = []
    if not attached.complete:
        found.append(Gap(AttachedUnread(bool(attached.asked), attached.troubles)))
    elif attached.troubles:
        found.append(Gap(AttachedOdd(attached.troubles)))
    if digests := tuple(vex.digest for vex in attached.vex if not vex.trusted):
        found.append(Gap(UntrustedVex(digests), subjects=digests))
    return covered.with_reasons(*map(reason_of, found))


def with_sbom(covered: Coverage, inventory: Inventory, scanners: Collection[str]) -> Coverage:
    """Adds a reason with what is missing if the inventory is from the SBOM of another tool. Careen's own SBOMs contain all
    results of reading.
    """
    tool = inventory.sbom_tool
    if tool is None:
        return covered
    subjects, count = (tool,) if tool else (), len(inventory.packages)
    gaps = []
    if "vuln" in scanners and covered.verdict == "not_assessed" and not _is_blocked(covered):
        gaps.append(Gap(NoAssessedPackage(tool, count), count, subjects))
    if missing := tuple(_missing(inventory.packages, scanners)):
        gaps.append(Gap(SbomOnly(tool, missing), count, subjects))
    return covered.with_reasons(*map(reason_of, gaps))


def _is_blocked(covered: Coverage) -> bool:
    """Whether the verdict is open for a reason that is more exact."""
    return any(effect_of(reason.code) == "blocks" for reason in covered.reasons)


def _missing(packages: Collection[Package], scanners: Collection[str]) -> Iterator[Missing]:
    if "vuln" in scanners:
        yield "unidentified"
        yield "unread"
        if all(package.type != "generic" for package in packages):
            yield "programs"
        if not any(place.path for package in packages for place in package.evidence):
            yield "places"
        if not any(package.owned_by for package in packages):
            yield "owners"
    if "secret" in scanners:
        yield "secrets"
    if "config" in scanners:
        yield "misconfigurations"
    if "licence" in scanners:
        yield "licence_texts"


def with_unread(covered: Coverage, unread: Sequence[str]) -> Coverage:
    """Adds the archives whose fixes could not be read."""
    return covered.with_reasons(*(reason_of(Gap(UnreadArchive(why))) for why in dict.fromkeys(unread)))


def unreadable(unknowns: Sequence[Unknown]) -> list[Reason]:
    """One reason for each layer that was not read completely, and one for each code of files that could not be read."""
    gaps = [Gap(_unread(unknown), subjects=(unknown.subject,)) for unknown in unknowns if _is_of_layer(unknown)]
    by_code: dict[str, list[Unknown]] = {}
    for unknown in unknowns:
        if not _is_of_layer(unknown):
            by_code.setdefault(unknown.code, []).append(unknown)
    for code, files in by_code.items():
        cause = UnreadFiles(code, len(files), files[0].evidence.path, files[0].reason)
        gaps += _listed(cause, sorted({unknown.subject for unknown in files}))
    return [reason_of(gap) for gap in gaps]


def _verdict(assessed: int, reasons: Collection[Reason]) -> Literal["assessed", "partially_assessed", "not_assessed"]:
    if assessed == 0:
        return "not_assessed"
    return "assessed" if all(effect_of(reason.code) == "information" for reason in reasons) else "partially_assessed"


def _of_sources(knowledge: Knowledge, namespaces: Collection[str], today: date, days: int | None) -> Iterator[Gap]:
    """Gaps for sources of these namespaces that are older than ``days`` (None: any age), whose refresh failed, or whose
    feed a mirror derived.

    Private advisories have no date. A failed refresh of scores counts for every image. A derived feed may lack records.
    """
    used = _used(knowledge, namespaces)
    if days is not None:
        for source in sorted(too_old(knowledge, namespaces, days, today), key=lambda source: source.name):
            yield Gap(StaleSource(source.name, _day(source)), subjects=(source.name,))
    scores = [source for source in knowledge.info.sources if source.name in ALWAYS] if knowledge.info else []
    for source in (*used, *scores):
        if source.trouble:
            yield Gap(RefreshFailed(source.name, _day(source)), subjects=(source.name,))
    for source in sorted((source for source in used if source.derived), key=lambda source: source.name):
        yield Gap(DerivedSource(source.name, source.detail), subjects=(source.name,))


def _data_of(knowledge: Knowledge, namespaces: Collection[str]) -> str | None:
    """The date of the oldest data among the sources that assessed a package; None if unknown."""
    return min(filter(None, map(_day, _used(knowledge, namespaces))), default=None)


def _used(knowledge: Knowledge, namespaces: Collection[str]) -> list[SourceInfo]:
    """The sources of these namespaces, without private advisories, which have no date."""
    names = {info.source for namespace in namespaces for info in knowledge.namespace(namespace)}
    return [source for source in knowledge.info.sources if source.name in names] if knowledge.info else []


def _day(source: SourceInfo) -> str:
    return (source.confirmed or source.as_of)[:10]


def _of_packages(inventory: Inventory) -> Iterator[Gap]:
    if not inventory.packages:
        yield Gap(NoPackages(inventory.files))
    if inventory.of_containers:
        yield Gap(ContainerFiles(inventory.of_containers), subjects=inventory.of_containers)
    found = inventory.distribution
    if inventory.no_package_database and found is not None:
        yield Gap(NoPackageDatabase(name_of(found)), subjects=(label_of(found),))
    changed = inventory.integrity.packages
    if changed and (modified := [package for package in inventory.packages if package.purl in changed]):
        yield gap_in(ModifiedPackages(len(inventory.integrity.modified)), modified)
    if programs := inventory.integrity.not_compared:
        yield Gap(NotCompared(programs))
    if shadowed := [package for package in inventory.packages if package.presence == "shadowed"]:
        yield gap_in(ShadowedDatabase(), shadowed)
    if paths := tuple(sorted(set(_partial_programs(inventory)))):
        yield from _listed(PartialPrograms(paths), paths)
    if unsure := [package for package in inventory.packages if package.origin and _is_of_unknown_version(package.origin)]:
        names = tuple(sorted({package.origin.project for package in unsure if package.origin}))
        yield Gap(OriginVersionUnknown(names), len(unsure), names)


def _partial_programs(inventory: Inventory) -> Iterator[str]:
    """Programs whose crates are only identified by paths in their messages, without those that a distribution's package
    owns.
    """
    for package in inventory.packages:
        guessed = package.type == "cargo" and package.confidence < GUESSED and package.presence != "declared"
        if guessed and package.owned_by is None:
            yield from (f"/{place.path}" for place in package.evidence)


def _is_of_unknown_version(origin: Origin) -> bool:
    """Whether its files are those of no version that the knowledge base has."""
    return origin.nearest and origin.modified is not False


def _of_origin(read: OriginRead | None) -> Iterator[Gap]:
    if read is None:
        return
    if read.reduced:
        yield Gap(OriginReduced(read.files))
    if read.costly:
        yield Gap(OriginReduced(read.costly, costly=True))
    if read.small:
        yield Gap(OriginKnowledgeSmall(read.projects, read.unexplained))
    if read.unread:
        yield Gap(OriginUnread(read.unread))


def _of_files(inventory: Inventory) -> Iterator[Gap]:
    if paths := tuple(f"/{path}" for path in inventory.unidentified):
        by_code = {f"/{place.path}" for package in inventory.packages if package.origin for place in package.evidence}
        yield from _listed(UnidentifiedFiles(paths, len(by_code.intersection(paths))), paths)
    if paths := tuple(decision.path for decision in inventory.decisions):
        yield Gap(UntrustedRules(paths), subjects=tuple(f"/{path}" for path in paths))


def _is_of_layer(unknown: Unknown) -> bool:
    return unknown.whole_layer or unknown.code == BY_TABLE


def _unread(unknown: Unknown) -> UnreadLayer | Unread:
    if unknown.cataloger != "layer":
        return Unread(unknown.code, unknown.subject, unknown.reason)
    place = unknown.evidence
    return UnreadLayer(unknown.code, place.layer, unknown.subject if place.path else "", unknown.reason)


def _listed(cause: UnreadFiles | UnidentifiedFiles | PartialPrograms, subjects: Sequence[str]) -> list[Gap]:
    """Lists at most ``MAX_PATHS`` subjects in one gap. A second gap counts the others."""
    gaps = [Gap(cause, subjects=tuple(subjects[:MAX_PATHS]))]
    if len(subjects) > MAX_PATHS:
        gaps.append(Gap(MoreSubjects(cause.code, len(subjects) - MAX_PATHS)))
    return gaps
