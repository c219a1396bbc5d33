"""What the knowledge does not reach: namespaces without records, sources that know a part, versions nobody can read."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date

from msgspec import Struct

from careen.database.knowledge import PRIVATE, Knowledge, key_name
from careen.formats.feeds.archive_facts import RPM_SOURCE, SOURCE
from careen.formats.feeds.software import CPE_NAMESPACE
from careen.model.advisory import NamespaceInfo
from careen.model.inventory import Inventory
from careen.model.package import GUESSED
from careen.model.report import Reason
from careen.output.lines import few

from .distributions import release_of, title_of
from .keys import Key
from .lifetimes import end_of_life
from .limited import limited_of
from .reasons import purls_of, release_id
from .rpm import stream_of
from .subjects import Subject, is_sample

# What an archive's changelogs name, and what a user adds: without a main source they leave the other packages unanswered.
_NO_MAIN_SOURCE = (PRIVATE, SOURCE, RPM_SOURCE)


class Gaps(Struct, frozen=True):
    reasons: tuple[Reason, ...]
    namespaces: tuple[str, ...]  # that judged at least one package
    judged: int


def gaps_of(
    subjects: Iterable[Subject],
    knowledge: Knowledge,
    keys: Mapping[str, Key],
    said: frozenset[tuple[str, str]],
    today: date,
) -> Gaps:
    """``said``: the (namespace, name) pairs of which something is known."""
    reasons: list[Reason] = []
    namespaces: list[str] = []
    judged = 0
    readable, makers, unreadable = _readable(subjects, keys)
    reasons += unreadable
    if makers:
        judged, namespaces, unknown = _of_makers(makers, knowledge, said)
        reasons += unknown
    for namespace, listed in sorted(readable.items()):
        group, invented = _believed(listed, said)
        reasons += invented
        if not group:
            continue
        infos = knowledge.namespace(namespace)
        title = group[0].title
        stand_in = group[0].stand_in
        if any(info.unfixed and not info.partial for info in infos):
            count = len(group)
        elif stand_in and knowledge.namespace(stand_in):
            count, standing = _standing_in(group, stand_in, said, knowledge)
            reasons += standing
            namespaces.append(stand_in)
        elif not infos:
            left = [subject for subject in group if (namespace, subject.name) not in said]
            count = len(group) - len(left)
            if left:
                reasons.append(Reason("no_advisories", f"{title}: no feed", len(left), _kinds(left)))
        elif not group[0].distribution:
            left = []
            if all(info.partial for info in infos):
                left = [subject for subject in group if (namespace, subject.name) not in said]
                detail = "; ".join(info.detail for info in infos if info.detail) or "which knows a part of the packages"
                detail = f"{title}: its main source is not loaded, only {_names(infos)}: {detail}"
                reasons.append(Reason("no_advisories", detail, len(group), _kinds(group)))
            count = len(group) - len(left)
        else:
            left = _left(namespace, group, knowledge) if is_sample(infos) else []
            count = len(group) - len(left)
            if left:
                reasons.append(_partial(title, infos, group, left))
            archives = [info for info in infos if info.source in (SOURCE, RPM_SOURCE)]
            others = [info for info in infos if info not in archives]
            by_archive = len(_by_second(namespace, group, knowledge)) if others else count
            if archives and by_archive:
                detail = "; ".join(info.detail for info in archives)
                detail = f"{title}: {detail}; vulnerabilities without a fix are not known"
                reasons.append(Reason("archive_only", detail, by_archive, (release_id(namespace),)))
            if others and count > by_archive and not any(info.unfixed for info in others):
                detail = f"{title}: {_names(others)} lists issues that have a fix, no others"
                reasons.append(Reason("fixed_only", detail, count - by_archive, (release_id(namespace),)))
        reasons += _unread(namespace, title, group, knowledge)
        if stand_in:
            reasons += _unread(stand_in, title_of(stand_in), group, knowledge)
        if count:
            namespaces.append(namespace)
            judged += count
        reasons += _end_of_life(group[0].lifetime or namespace, title, len(group), knowledge, today)
        if group[0].distribution:
            reasons += limited_of(namespace, group, knowledge, keys[group[0].scheme], today)
    return Gaps(tuple(reasons), tuple(namespaces), judged)


def nothing_of_distribution(inventory: Inventory, subjects: Iterable[Subject], reasons: Iterable[Reason]) -> list[Reason]:
    """The image names a distribution that has advisories, and they assess none of its packages: somebody else built all,
    or their versions cannot be compared. Those that their makers' advisories assess say nothing of the rest of the system."""
    release = release_of(inventory.distribution) if inventory.distribution else None
    if release is None:
        return []
    unassessed = {purl for reason in reasons if reason.code == "unassessed_package" for purl in reason.subjects}
    system = {package.purl for package in inventory.packages if package.type in release.packages}
    own = {subject.package.purl for subject in subjects if subject.distribution}
    left = system & unassessed
    if not left or system & own - unassessed:
        return []
    packages = f"{len(system)} {'/'.join(release.packages)} packages"
    detail = f"{release.title}: the image names it, and its advisories assess none of the {packages}"
    return [Reason("no_distribution_package", detail, len(left), (release_id(release.namespace),))]


def _readable(
    subjects: Iterable[Subject], keys: Mapping[str, Key]
) -> tuple[dict[str, list[Subject]], list[Subject], list[Reason]]:
    """By namespace; apart from them what is judged by its maker's versions, of which several namespaces speak."""
    groups: dict[str, list[Subject]] = defaultdict(list)
    makers: list[Subject] = []
    odd: dict[str, list[Subject]] = defaultdict(list)
    for subject in subjects:
        if keys[subject.scheme](subject.version) is None:
            odd[subject.package.type].append(subject)
        elif subject.upstream:
            makers.append(subject)
        else:
            groups[subject.namespace].append(subject)
    reasons = [
        Reason(
            "unassessed_package",
            f"{type}: versions that cannot be compared: {few([_version(subject) for subject in found])}",
            len(found),
            _purls(found),
        )
        for type, found in odd.items()
    ]
    return groups, makers, reasons


def _believed(group: list[Subject], said: Collection[tuple[str, str]]) -> tuple[list[Subject], list[Reason]]:
    """Without the Java archives with guessed names that match no advisory source: they may not exist."""

    def is_invented(one: Subject) -> bool:
        guessed = one.package.type == "maven" and one.package.confidence < GUESSED
        return guessed and (one.namespace, one.name) not in said

    believed = [one for one in group if not is_invented(one)]
    invented = [one for one in group if not one.owner and is_invented(one)]  # of others their owner is assessed
    if not invented:
        return believed, []
    detail = f"Java archives with guessed names that match no advisory source: {few([one.name for one in invented])}"
    reason = Reason("unassessed_package", detail, len(invented), _purls(invented))
    return believed, [reason]


def _of_makers(
    subjects: list[Subject], knowledge: Knowledge, said: Collection[tuple[str, str]]
) -> tuple[int, list[str], list[Reason]]:
    """Judged is what a source knows by name, or would: one that lists all its packages."""
    places = [((subject.namespace, subject.name), *subject.also) for subject in subjects]
    namespaces = sorted({namespace for listed in places for namespace, _ in listed})
    infos = {namespace: knowledge.namespace(namespace) for namespace in namespaces}
    whole = {namespace for namespace in namespaces if any(not info.partial for info in infos[namespace])}
    known = [any(place in said or place[0] in whole for place in listed) for listed in places]
    reasons = []
    if left := [subject for subject, is_known in zip(subjects, known, strict=True) if not is_known]:
        detail = f"no source speaks of their software: {few(list(dict.fromkeys(subject.title for subject in left)))}"
        reasons.append(Reason("unassessed_package", detail, len(left), _purls(left)))
    if not infos.get(CPE_NAMESPACE):
        detail = "software judged by its maker's versions: NVD's ranges are missing, which the full `careen db update` fetches"
        reasons.append(Reason("partial_source", detail, len(subjects), _purls(subjects)))
    return sum(known), [namespace for namespace in namespaces if infos[namespace]], reasons


def _version(subject: Subject) -> str:
    return f"{subject.package.name} {subject.version!r}" if subject.version else f"{subject.package.name} has none"


def _purls(subjects: Iterable[Subject]) -> tuple[str, ...]:
    return purls_of(subject.package for subject in subjects)


def _kinds(group: Collection[Subject]) -> tuple[str, ...]:
    """The release that the packages of a distribution belong to; the types of other packages."""
    kinds = {release_id(one.namespace) if one.distribution else one.package.type for one in group}
    return tuple(sorted(kinds))


def _partial(title: str, infos: Collection[NamespaceInfo], group: list[Subject], left: list[Subject]) -> Reason:
    packages = max(info.packages for info in infos)
    kind = "package" if group[0].package.type == "rpm" else "source package"
    what = f"{packages} {kind}" if packages == 1 else f"{packages} {kind}s"
    detail = f"{_names(infos)} knows {what} of {title}; {len(left)} of {len(group)} packages were not assessed"
    if len(left) == len(group) or all(info.source in _NO_MAIN_SOURCE for info in infos):
        return Reason("no_advisories", detail, len(left), _kinds(group))
    return Reason("partial_source", detail, len(left), _purls(left))


def _left(namespace: str, group: list[Subject], knowledge: Knowledge) -> list[Subject]:
    """The packages of which the namespace has no record."""
    known = knowledge.knows(namespace, {name for subject in group for name in (subject.name, subject.source)})
    return [subject for subject in group if subject.name not in known and subject.source not in known]


def _by_second(namespace: str, group: list[Subject], knowledge: Knowledge) -> list[Subject]:
    """The packages that a second-best source alone knows."""
    names = knowledge.only_second(namespace, {name for subject in group for name in (subject.name, subject.source)})
    return [subject for subject in group if subject.name in names or subject.source in names]


def _standing_in(
    group: list[Subject], stand_in: str, said: frozenset[tuple[str, str]], knowledge: Knowledge
) -> tuple[int, list[Reason]]:
    """A rebuild's advisories say nothing of the packages of modules: each builds its streams with numbers of its own."""
    title, namespace = group[0].title, group[0].namespace
    odd = [subject for subject in group if stream_of(subject.package) and (subject.namespace, subject.name) not in said]
    plain = [subject for subject in group if subject not in odd] if odd else group
    count, reasons = len(plain), []
    infos = knowledge.namespace(stand_in)
    if is_sample((*infos, *knowledge.namespace(namespace))):
        left = [one for one in plain if said.isdisjoint({(namespace, one.name), (stand_in, one.name)})]
        count = len(plain) - len(left)
        if left:
            reasons.append(_partial(title_of(stand_in), infos, plain, left))
    if count:
        how = "a rebuild with the same versions" if knowledge.namespace(namespace) else "whose versions its packages follow"
        detail = f"{title}: judged by the advisories of {title_of(stand_in)} too, {how}"
        reasons.insert(0, Reason("stand_in", detail, count, (release_id(namespace),)))
    if odd:
        detail = f"{title}: packages of modules, which the advisories of a rebuild do not speak of"
        reasons.append(Reason("unassessed_package", detail, len(odd), _purls(odd)))
    return count, reasons


def _unread(namespace: str, title: str, group: list[Subject], knowledge: Knowledge) -> list[Reason]:
    """Records that may speak of the packages, and could not be read when the database was last brought up to date."""
    reasons = []
    for source, unread in knowledge.unread(namespace, {name for one in group for name in (one.name, one.source)}).items():
        names = {key_name(namespace, one.package) for one in unread}
        left = group if "" in names else [one for one in group if one.name in names or one.source in names]
        number = "1 record" if len(unread) == 1 else f"{len(unread)} records"
        detail = f"{title}: {number} of {source} cannot be read ({unread[0].reason}); what the database had of it before counts"
        reasons.append(Reason("partial_source", detail, len(left), _kinds(left) if left is group else _purls(left)))
    return reasons


def _end_of_life(namespace: str, title: str, packages: int, knowledge: Knowledge, today: date) -> list[Reason]:
    end = end_of_life(knowledge, namespace)
    if end is None or end >= today.isoformat():
        return []
    return [Reason("end_of_life", f"{title} gets no security updates since {end}", packages, (release_id(namespace),))]


def _names(infos: Iterable[NamespaceInfo]) -> str:
    return ", ".join(dict.fromkeys(info.source for info in infos))
