"""Packages that the database does not assess: namespaces without records, partial sources, versions that do not parse."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from careen.database.knowledge import PRIVATE, Knowledge, key_name
from careen.formats.feeds.archive_facts import RPM_SOURCE, SOURCE
from careen.formats.feeds.software import CPE_NAMESPACE
from careen.model.advisory import Advisory, NamespaceInfo
from careen.model.inventory import Inventory
from careen.model.package import GUESSED

from .causes import (
    ArchiveOnly,
    Cause,
    EndOfLife,
    FixedOnly,
    Gap,
    GuessedNames,
    IncomparableVersions,
    MainSourceNotLoaded,
    NoDistributionPackage,
    NotLoaded,
    NvdNotLoaded,
    PartOfRelease,
    SourceNotStated,
    StandIn,
    UnknownDistribution,
    UnknownSoftware,
    UnknownStreams,
    UnreadRecords,
    UnstatedStreams,
    gap_in,
)
from .channels import AdvisoriesByPackage
from .distributions import label_of, name_of, parent_of, release_of, title_of
from .keys import Key
from .lifetimes import end_of_life
from .limited import limited_of
from .reasons import purls_of, release_id
from .rpm import is_about_build, lacks_stream, stream_of
from .subject import Subject, is_sample

# Sources of an archive's changelogs and of the user: with these alone, packages that they do not name are unassessed.
_NOT_MAIN_SOURCES = (PRIVATE, SOURCE, RPM_SOURCE)
_OF_SYSTEMS = frozenset(("apk", "deb", "rpm"))

Names = AdvisoriesByPackage  # namespaces and names of the packages that have an advisory


class Covered(Struct, frozen=True):
    assessed: int  # number of packages
    namespaces: tuple[str, ...] = ()  # namespaces that assessed at least one package
    gaps: tuple[Gap, ...] = ()
    sampled: tuple[tuple[str, int], ...] = ()  # namespaces whose main source names no package of the image, with their packages


def gaps_of(subjects: Iterable[Subject], knowledge: Knowledge, keys: Mapping[str, Key], named: Names, today: date) -> Covered:
    """How many of the subjects the database assesses, and why it does not assess the others, or not completely."""
    by_namespace, upstream, incomparable = _by_namespace(subjects, keys)
    found = [Covered(0, (), incomparable)]
    if upstream:
        found.append(_of_upstream(upstream, knowledge, named))
    for namespace, listed in sorted(by_namespace.items()):
        group, guessed = _without_guessed(listed, named)
        found.append(Covered(0, (), guessed))
        if group:
            found.append(_of_namespace(namespace, group, knowledge, named))
            found.append(Covered(0, (), tuple(_beside(namespace, group, knowledge, keys, today))))
    return Covered(
        sum(covered.assessed for covered in found),
        tuple(namespace for covered in found for namespace in covered.namespaces),
        tuple(gap for covered in found for gap in covered.gaps),
        tuple(sampled for covered in found for sampled in covered.sampled),
    )


def release_assesses(inventory: Inventory, subjects: Iterable[Subject], gaps: Iterable[Gap]) -> bool:
    """Whether the advisories of the image's distribution assess one of its packages. Packages that upstream advisories
    assess do not count as the system's."""
    release = release_of(inventory.distribution) if inventory.distribution else None
    if release is None:
        return False
    unassessed = _unassessed(gaps)
    return any(
        subject.distribution and subject.package.type in release.packages and subject.package.purl not in unassessed
        for subject in subjects
    )


def without_distribution_package(inventory: Inventory, subjects: Iterable[Subject], gaps: Iterable[Gap]) -> list[Gap]:
    """The gap of an image whose distribution's advisories assess none of its packages: a third party built all of them,
    or their versions cannot be compared. Also the gap of an image of an unknown distribution if upstream advisories
    assess its packages, because they do not cover that distribution's builds.
    """
    release = release_of(inventory.distribution) if inventory.distribution else None
    if release is None:
        return _of_unknown_distribution(inventory, subjects, gaps)
    unassessed = _unassessed(gaps)
    left = {package.purl for package in inventory.packages if package.type in release.packages} & unassessed
    if not left:
        return []
    return [Gap(NoDistributionPackage(release.title, release.packages), len(left), (release_id(release.namespace),))]


def _of_unknown_distribution(inventory: Inventory, subjects: Iterable[Subject], gaps: Iterable[Gap]) -> list[Gap]:
    distribution = inventory.distribution
    if distribution is None or any(gap.cause.code == UnknownDistribution.code for gap in gaps):
        return []
    own = {subject.package.purl for subject in subjects if subject.upstream and subject.package.type in _OF_SYSTEMS}
    cause = UnknownDistribution(name_of(distribution), parent_of(distribution) or "")
    return [Gap(cause, len(own), (label_of(distribution),))] if own else []


def _unassessed(gaps: Iterable[Gap]) -> frozenset[str]:
    return frozenset(purl for gap in gaps if gap.cause.code == "unassessed_package" for purl in gap.subjects)


def _by_namespace(
    subjects: Iterable[Subject], keys: Mapping[str, Key]
) -> tuple[dict[str, list[Subject]], list[Subject], tuple[Gap, ...]]:
    """Groups the subjects: by namespace; those that are assessed by upstream versions; and gaps for those without a
    comparable version.
    """
    groups: dict[str, list[Subject]] = defaultdict(list)
    upstream: list[Subject] = []
    incomparable: dict[str, list[Subject]] = defaultdict(list)
    for subject in subjects:
        if keys[subject.scheme](subject.version) is None:
            incomparable[subject.package.type].append(subject)
        elif subject.upstream:
            upstream.append(subject)
        else:
            groups[subject.namespace].append(subject)
    gaps = (
        _gap(IncomparableVersions(type, tuple((subject.package.name, subject.version) for subject in found)), found)
        for type, found in incomparable.items()
    )
    return groups, upstream, tuple(gaps)


def _without_guessed(group: list[Subject], named: Names) -> tuple[list[Subject], tuple[Gap, ...]]:
    """The group without Java archives whose guessed names no advisory has: such packages may not exist."""

    def is_guess(subject: Subject) -> bool:
        guessed = subject.package.type == "maven" and subject.package.confidence < GUESSED
        return guessed and (subject.namespace, subject.name) not in named

    kept = [subject for subject in group if not is_guess(subject)]
    guesses = [subject for subject in group if not subject.owner and is_guess(subject)]  # of the others the owner is assessed
    return kept, (_gap(GuessedNames(tuple(subject.name for subject in guesses)), guesses),) if guesses else ()


def _of_upstream(subjects: list[Subject], knowledge: Knowledge, named: Names) -> Covered:
    """What upstream's advisories assess: packages that an advisory names, and all packages of a source that covers its
    whole namespace.
    """
    places = [((subject.namespace, subject.name), *subject.also) for subject in subjects]
    namespaces = sorted({namespace for listed in places for namespace, _ in listed})
    infos = {namespace: knowledge.namespace(namespace) for namespace in namespaces}
    whole = {namespace for namespace in namespaces if any(not info.partial for info in infos[namespace])}
    known = [any(place in named or place[0] in whole for place in listed) for listed in places]
    gaps = []
    if left := [subject for subject, is_known in zip(subjects, known, strict=True) if not is_known]:
        gaps.append(_gap(UnknownSoftware(tuple(dict.fromkeys(subject.title for subject in left))), left))
    if not knowledge.namespace(CPE_NAMESPACE):
        gaps.append(_gap(NvdNotLoaded(), subjects))
    return Covered(sum(known), tuple(namespace for namespace in namespaces if infos[namespace]), tuple(gaps))


def _of_namespace(namespace: str, group: list[Subject], knowledge: Knowledge, named: Names) -> Covered:
    unnamed, streamless = _without_source(namespace, group, knowledge), _without_stream(group, named)
    if not unnamed and not streamless:
        return _of_named(namespace, group, knowledge, named)
    rest = [subject for subject in group if subject not in unnamed and subject not in streamless]
    covered = _of_named(namespace, rest, knowledge, named) if rest else Covered(0, ())
    gaps = [_gap(SourceNotStated(group[0].title), unnamed)] if unnamed else []
    if streamless:
        names = tuple(dict.fromkeys(subject.package.name for subject in streamless))
        gaps.append(_gap(UnstatedStreams(group[0].title, names), streamless))
    return replace(covered, gaps=(*covered.gaps, *gaps))


def _without_stream(group: list[Subject], named: Names) -> list[Subject]:
    """The packages of modules that a Dockerfile installs, if no line of it enables a stream: advisories are about one."""

    def advisories(subject: Subject) -> Iterator[Advisory]:
        for namespace in (subject.namespace, subject.stand_in or "", *subject.channels):
            yield from named.get((namespace, subject.name), ())

    return [subject for subject in group if lacks_stream(subject.package, advisories(subject))]


def _without_source(namespace: str, group: list[Subject], knowledge: Knowledge) -> list[Subject]:
    """The debs and apks of a release whose own name no record has, if none of them states a source package: Chisel's manifest
    states none, and Dockerfiles do not. Lists that state some leave out those of the package's own name."""
    of_release = [subject for subject in group if subject.distribution and subject.package.type in ("deb", "apk")]
    are_stated = any(subject.package.source for subject in of_release if subject.package.presence != "declared")
    bare = [subject for subject in of_release if not subject.package.source]
    debs = [subject for subject in bare if subject.package.presence == "declared" or not are_stated]
    if not debs or not knowledge.namespace(namespace):
        return []
    return _without_record(namespace, debs, knowledge)


def _of_named(namespace: str, group: list[Subject], knowledge: Knowledge, named: Names) -> Covered:
    infos = knowledge.namespace(namespace)
    stand_in = group[0].stand_in
    if any(info.unfixed and not info.partial for info in infos):
        return Covered(len(group), (namespace,))
    if stand_in and knowledge.namespace(stand_in):
        return _with_stand_in(group, stand_in, named, knowledge)
    if not infos:
        left = [subject for subject in group if (namespace, subject.name) not in named]
        gaps = [Gap(NotLoaded(group[0].title), len(left), _kinds(left))] if left else []
        return _covered(namespace, len(group) - len(left), gaps)
    if group[0].distribution:
        return _of_release(namespace, group, infos, knowledge)
    return _of_ecosystem(namespace, group, infos, named)


def _of_ecosystem(namespace: str, group: list[Subject], infos: Collection[NamespaceInfo], named: Names) -> Covered:
    if not all(info.partial for info in infos):
        return Covered(len(group), (namespace,))
    left = [subject for subject in group if (namespace, subject.name) not in named]
    details = tuple(info.detail for info in infos if info.detail)
    cause = MainSourceNotLoaded(group[0].title, _names(infos), details)
    return _covered(namespace, len(group) - len(left), [Gap(cause, len(group), _kinds(group))])


def _of_release(namespace: str, group: list[Subject], infos: Collection[NamespaceInfo], knowledge: Knowledge) -> Covered:
    title = group[0].title
    left = _without_record(namespace, group, knowledge) if is_sample(infos) else []
    assessed = len(group) - len(left)
    gaps = [_partial(title, infos, group, left)] if left else []
    archives = [info for info in infos if info.source in (SOURCE, RPM_SOURCE)]
    others = [info for info in infos if info not in archives]
    by_archive = len(_known_to_archive_only(namespace, group, knowledge)) if others else assessed
    if archives and by_archive:
        cause = ArchiveOnly(title, tuple(info.detail for info in archives))
        gaps.append(Gap(cause, by_archive, (release_id(namespace),)))
    if others and assessed > by_archive and not any(info.unfixed for info in others):
        gaps.append(Gap(FixedOnly(title, _names(others)), assessed - by_archive, (release_id(namespace),)))
    return replace(_covered(namespace, assessed, gaps), sampled=_sampled(namespace, infos, left, assessed))


def _with_stand_in(group: list[Subject], stand_in: str, named: Names, knowledge: Knowledge) -> Covered:
    """The coverage of a rebuild's advisories. They cover packages of modules only if they have an advisory about the
    stream.
    """
    title, namespace = group[0].title, group[0].namespace
    covered = _covered_streams(group, named)
    modules = [subject for subject in group if (stream := stream_of(subject.package)) and stream not in covered]
    plain = [subject for subject in group if subject not in modules] if modules else group
    assessed, gaps = len(plain), []
    sampled: tuple[tuple[str, int], ...] = ()
    infos, own = knowledge.namespace(stand_in), knowledge.namespace(namespace)
    if is_sample((*infos, *own)):
        left = [
            subject for subject in plain if (namespace, subject.name) not in named and (stand_in, subject.name) not in named
        ]
        assessed = len(plain) - len(left)
        sampled = _sampled(namespace, infos, left, assessed)
        if left:
            gaps.append(_partial(title_of(stand_in), infos, plain, left))
    if assessed:
        gaps.insert(0, Gap(StandIn(title, title_of(stand_in), bool(own)), assessed, (release_id(namespace),)))
    if modules:
        streams = tuple(dict.fromkeys(stream for subject in modules if (stream := stream_of(subject.package))))
        gaps.append(_gap(UnknownStreams(title, title_of(stand_in), streams), modules))
    return Covered(assessed, (stand_in, namespace) if assessed else (stand_in,), tuple(gaps), sampled)


def _sampled(
    namespace: str, infos: Iterable[NamespaceInfo], left: Collection[Subject], assessed: int
) -> tuple[tuple[str, int], ...]:
    """The namespace and the number of ``left`` packages, if its main source names no package of the image; else (). If the
    source names some, the gap of the others has another code (``PartOfRelease``).
    """
    return ((namespace, len(left)),) if left and not assessed and _has_main_source(infos) else ()


def _has_main_source(infos: Iterable[NamespaceInfo]) -> bool:
    return not all(info.source in _NOT_MAIN_SOURCES for info in infos)


def _covered_streams(group: list[Subject], named: Names) -> frozenset[str]:
    """The module streams with an advisory. An advisory lists all packages that were built for a stream together."""
    return frozenset(
        stream
        for subject in group
        if (stream := stream_of(subject.package))
        for namespace in (subject.namespace, subject.stand_in or "")
        if any(is_about_build(advisory, subject.package) for advisory in named.get((namespace, subject.name), ()))
    )


def _beside(namespace: str, group: list[Subject], knowledge: Knowledge, keys: Mapping[str, Key], today: date) -> Iterator[Gap]:
    """Gaps of assessed packages: records that could not be read, and support that has ended."""
    first = group[0]
    yield from _unread(namespace, first.title, group, knowledge)
    if first.stand_in:
        yield from _unread(first.stand_in, title_of(first.stand_in), group, knowledge)
    yield from _end_of_life(namespace, group, knowledge, today)
    if first.distribution:
        yield from limited_of(namespace, group, knowledge, keys[first.scheme], today)


def _covered(namespace: str, assessed: int, gaps: Iterable[Gap]) -> Covered:
    return Covered(assessed, (namespace,) if assessed else (), tuple(gaps))


def _gap(cause: Cause, subjects: Collection[Subject]) -> Gap:
    return gap_in(cause, [subject.package for subject in subjects])


def _kinds(group: Collection[Subject]) -> tuple[str, ...]:
    """The releases of distribution packages, and the types of other packages."""
    kinds = {release_id(subject.namespace) if subject.distribution else subject.package.type for subject in group}
    return tuple(sorted(kinds))


def _partial(title: str, infos: Collection[NamespaceInfo], group: list[Subject], left: list[Subject]) -> Gap:
    main = len(left) < len(group) and _has_main_source(infos)
    known = max(info.packages for info in infos)
    kind: Literal["package", "source package"] = "package" if group[0].package.type == "rpm" else "source package"
    cause = PartOfRelease(title, _names(infos), known, kind, len(group) - len(left), len(group), main)
    return _gap(cause, left) if main else Gap(cause, len(left), _kinds(group))


def _without_record(namespace: str, group: list[Subject], knowledge: Knowledge) -> list[Subject]:
    """The packages that no record of the namespace mentions."""
    known = knowledge.knows(namespace, {name for subject in group for name in (subject.name, subject.source)})
    return [subject for subject in group if subject.name not in known and subject.source not in known]


def _known_to_archive_only(namespace: str, group: list[Subject], knowledge: Knowledge) -> list[Subject]:
    """The packages of which no better source than the archive's changelogs has records."""
    names = knowledge.only_second(namespace, {name for subject in group for name in (subject.name, subject.source)})
    return [subject for subject in group if subject.name in names or subject.source in names]


def _unread(namespace: str, title: str, group: list[Subject], knowledge: Knowledge) -> list[Gap]:
    """Gaps for records that may be about the packages, but could not be read at the last update of the database."""
    gaps = []
    names = {name for subject in group for name in (subject.name, subject.source)}
    for source, unread in knowledge.unread(namespace, names).items():
        about = {key_name(namespace, record.package) for record in unread}
        left = group if "" in about else [subject for subject in group if subject.name in about or subject.source in about]
        cause = UnreadRecords(title, source, len(unread), unread[0].reason)
        gaps.append(Gap(cause, len(left), _kinds(left) if left is group else purls_of(subject.package for subject in left)))
    return gaps


def _end_of_life(namespace: str, group: list[Subject], knowledge: Knowledge, today: date) -> list[Gap]:
    counted_as = group[0].lifetime or namespace
    end = end_of_life(knowledge, counted_as)
    if end is None or end >= today.isoformat():
        return []
    return [Gap(EndOfLife(group[0].title, end), len(group), (release_id(counted_as),))]


def _names(infos: Iterable[NamespaceInfo]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(info.source for info in infos))
