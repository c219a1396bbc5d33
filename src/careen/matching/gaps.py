"""What the knowledge does not reach: namespaces without records, sources that know a part, versions nobody can read."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date

from msgspec import Struct

from careen.database.knowledge import Knowledge
from careen.formats.archive_facts import RPM_SOURCE, SOURCE
from careen.formats.software import CPE_NAMESPACE
from careen.model.advisory import NamespaceInfo
from careen.model.report import Reason

from .distributions import title_of
from .keys import Key
from .limited import limited_of
from .rpm import stream_of
from .subjects import Subject, is_sample


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
    for namespace, group in sorted(readable.items()):
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
            count = sum((namespace, subject.name) in said for subject in group)
            if count < len(group):
                reasons.append(Reason("no_advisories", f"{title}: no feed", len(group) - count))
        elif not group[0].distribution:
            count = len(group)
            if all(info.partial for info in infos):
                detail = "; ".join(info.detail for info in infos if info.detail) or "it knows a part of the packages"
                reasons.append(Reason("partial_source", f"{title}: {_names(infos)}: {detail}", count))
        else:
            count = _known(namespace, group, knowledge) if is_sample(infos) else len(group)
            if count < len(group):
                reasons.append(_partial(title, infos, group, count))
            if count and all(info.source in (SOURCE, RPM_SOURCE) for info in infos):
                detail = "; ".join(info.detail for info in infos)
                reasons.append(Reason("archive_only", f"{title}: {detail}; flaws without a fix are not known", count))
            elif count and not any(info.unfixed for info in infos):
                detail = f"{title}: {_names(infos)} lists issues that have a fix, no others"
                reasons.append(Reason("fixed_only", detail, count))
        if count:
            namespaces.append(namespace)
            judged += count
        reasons += _end_of_life(group[0].lifetime or namespace, title, len(group), knowledge, today)
        if group[0].distribution:
            reasons += limited_of(namespace, group, knowledge, keys[group[0].scheme], today)
    return Gaps(tuple(reasons), tuple(namespaces), judged)


def _readable(
    subjects: Iterable[Subject], keys: Mapping[str, Key]
) -> tuple[dict[str, list[Subject]], list[Subject], list[Reason]]:
    """By namespace; apart from them what is judged by its maker's versions, of which several namespaces speak."""
    groups: dict[str, list[Subject]] = defaultdict(list)
    makers: list[Subject] = []
    odd: dict[str, list[str]] = defaultdict(list)
    for subject in subjects:
        if keys[subject.scheme](subject.version) is None:
            version = f"{subject.package.name} {subject.version!r}" if subject.version else f"{subject.package.name} has none"
            odd[subject.package.type].append(version)
        elif subject.upstream:
            makers.append(subject)
        else:
            groups[subject.namespace].append(subject)
    reasons = [
        Reason("unassessed_package", f"{type}: versions that cannot be compared: {_few(texts)}", len(texts))
        for type, texts in odd.items()
    ]
    return groups, makers, reasons


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
    if left := [subject.title for subject, is_known in zip(subjects, known, strict=True) if not is_known]:
        detail = f"no source speaks of their software: {_few(list(dict.fromkeys(left)))}"
        reasons.append(Reason("unassessed_package", detail, len(left)))
    if not infos.get(CPE_NAMESPACE):
        detail = "software judged by its maker's versions: NVD's ranges are missing, which the full `careen db update` fetches"
        reasons.append(Reason("partial_source", detail, len(subjects)))
    return sum(known), [namespace for namespace in namespaces if infos[namespace]], reasons


def _few(texts: list[str]) -> str:
    return ", ".join(texts[:3]) + (" …" if len(texts) > 3 else "")


def _partial(title: str, infos: Collection[NamespaceInfo], group: list[Subject], count: int) -> Reason:
    packages = max(info.packages for info in infos)
    kind = "package" if group[0].package.type == "rpm" else "source package"
    what = f"{packages} {kind}" if packages == 1 else f"{packages} {kind}s"
    left = len(group) - count
    detail = f"{_names(infos)} knows {what} of {title}; {left} of {len(group)} packages were not judged"
    return Reason("partial_source", detail, left)


def _known(namespace: str, group: list[Subject], knowledge: Knowledge) -> int:
    known = knowledge.knows(namespace, {name for subject in group for name in (subject.name, subject.source)})
    return Counter(subject.name in known or subject.source in known for subject in group)[True]


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
        count = sum(not said.isdisjoint({(namespace, one.name), (stand_in, one.name)}) for one in plain)
        if count < len(plain):
            reasons.append(_partial(title_of(stand_in), infos, plain, count))
    if count:
        how = "a rebuild with the same versions" if knowledge.namespace(namespace) else "whose versions its packages follow"
        reasons.insert(0, Reason("stand_in", f"{title}: judged by the advisories of {title_of(stand_in)} too, {how}", count))
    if odd:
        detail = f"{title}: packages of modules, which the advisories of a rebuild do not speak of"
        reasons.append(Reason("unassessed_package", detail, len(odd)))
    return count, reasons


def _end_of_life(namespace: str, title: str, packages: int, knowledge: Knowledge, today: date) -> list[Reason]:
    end = knowledge.end_of_life(namespace)
    if end is None or end >= today.isoformat():
        return []
    return [Reason("end_of_life", f"{title} gets no security updates since {end}", packages)]


def _names(infos: Iterable[NamespaceInfo]) -> str:
    return ", ".join(dict.fromkeys(info.source for info in infos))
