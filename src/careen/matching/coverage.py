"""How far the answer reaches: what was assessed, what was not and why, in one verdict.

``assessed``: every package was assessed by a source that has records for its release, knows all its packages and is no
older than ``max_age_days``. ``not_assessed``: none was. Everything between is ``partially_assessed``. Reasons of effect
``information`` (``careen.model.reasons``) do not lower the verdict: the packages were assessed.
"""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Literal

from careen.database.age import ALWAYS, too_old
from careen.database.knowledge import Knowledge
from careen.model.advisory import SourceInfo
from careen.model.attached import Attached
from careen.model.inventory import Inventory, Unknown
from careen.model.reasons import effect_of
from careen.model.report import Coverage, Reason
from careen.output.lines import few

from .distributions import name_of
from .lifetimes import without_lifecycle
from .match import Matched
from .reasons import purls_of

MAX_AGE_DAYS = 14  # of data that assesses an image
MAX_PATHS = 10_000  # that a reason lists: what is beyond is a reason of its own, which nothing but its code accepts


def coverage(
    inventory: Inventory,
    knowledge: Knowledge | None,
    matched: Matched,
    unknowns: Sequence[Unknown],
    today: date,
    max_age_days: int | None = MAX_AGE_DAYS,
    unfetched: tuple[str, ...] = (),
) -> Coverage:
    """Without ``knowledge`` nothing was assessed, whatever ``matched`` holds. ``max_age_days`` None: of any age."""
    reasons = list(matched.reasons)
    assessed = matched.assessed
    if knowledge is None:
        assessed = 0
        reasons.insert(0, Reason("no_database", "there is no advisory database: nothing was assessed", len(inventory.packages)))
    else:
        reasons += _stale(knowledge, matched.namespaces, today, max_age_days)
        reasons += _not_refreshed(knowledge, matched.namespaces)
        reasons += _derived(knowledge, matched.namespaces)
    if not inventory.packages:
        reasons.append(Reason("no_packages", f"no package was found among {_count(inventory.files, 'file')}"))
    reasons += _no_package_database(inventory)
    if shadowed := [package for package in inventory.packages if package.presence == "shadowed"]:
        detail = "a layer removed their package database while their files stayed: they may have changed since"
        reasons.append(Reason("shadowed_database", detail, len(shadowed), purls_of(shadowed)))
    reasons += unreadable(unknowns)
    reasons += _unidentified(inventory)
    reasons += _untrusted(inventory)
    verdict = _verdict(assessed, reasons)
    packages = len(inventory.packages)
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
    """With what is to be said of what lies beside the image in its registry."""
    found = []
    told = "; ".join(attached.troubles[:3]) + ("; …" if len(attached.troubles) > 3 else "")
    if not attached.complete:
        how = "was not read whole" if attached.asked else "in its registry was not asked for"
        found.append(Reason("attached_unread", f"what lies beside the image {how}: {told}"))
    elif told:
        found.append(Reason("attached_odd", f"beside the image lies what does not count: {told}"))
    if digests := [one.digest for one in attached.vex if not one.trusted]:
        what = _count(len(digests), "VEX document")
        detail = f"beside the image lies {what} that whoever may push there may have written: {few(digests)}"
        found.append(Reason("untrusted_rules", detail, subjects=tuple(digests)))
    return covered.with_reasons(*found)


def with_unread(covered: Coverage, unread: Sequence[str]) -> Coverage:
    """With the archives that were to be asked about fixes, and gave nothing."""
    return covered.with_reasons(
        *(Reason("unread_archive", f"an archive that was to be asked gave nothing: {why}") for why in dict.fromkeys(unread))
    )


def _verdict(assessed: int, reasons: Collection[Reason]) -> Literal["assessed", "partially_assessed", "not_assessed"]:
    if assessed == 0:
        return "not_assessed"
    return "assessed" if all(effect_of(reason.code) == "information" for reason in reasons) else "partially_assessed"


def _stale(knowledge: Knowledge, namespaces: Collection[str], today: date, days: int | None) -> list[Reason]:
    """Sources of these namespaces whose data is older than so many days; private advisories have no date."""
    if days is None:
        return []
    return [
        Reason("stale_source", f"{source.name}: its data is of {_day(source) or 'no known day'}", subjects=(source.name,))
        for source in sorted(too_old(knowledge, namespaces, days, today), key=lambda source: source.name)
    ]


def _data_of(knowledge: Knowledge, namespaces: Collection[str]) -> str | None:
    """The day of the oldest data among the sources that assessed a package."""
    return min(filter(None, map(_day, _used(knowledge, namespaces))), default=None)


def _not_refreshed(knowledge: Knowledge, namespaces: Collection[str]) -> list[Reason]:
    """Sources whose last refresh failed, scores that count for every image among them: what they say is of an earlier day."""
    scores = [source for source in knowledge.info.sources if source.name in ALWAYS] if knowledge.info else []
    return [
        Reason(
            "refresh_failed", f"{source.name}: the last refresh failed, its data is of {_day(source)}", subjects=(source.name,)
        )
        for source in (*_used(knowledge, namespaces), *scores)
        if source.trouble
    ]


def _used(knowledge: Knowledge, namespaces: Collection[str]) -> list[SourceInfo]:
    """The sources that speak of these namespaces, of those that have a date: private advisories have none."""
    names = {info.source for namespace in namespaces for info in knowledge.namespace(namespace)}
    return [source for source in knowledge.info.sources if source.name in names] if knowledge.info else []


def _day(source: SourceInfo) -> str:
    return (source.confirmed or source.as_of)[:10]


def _derived(knowledge: Knowledge, namespaces: Collection[str]) -> list[Reason]:
    """Feeds that a mirror put together itself, which may lack what their sources know."""
    found = sorted((source for source in _used(knowledge, namespaces) if source.derived), key=lambda source: source.name)
    return [Reason("derived_source", f"{one.name}: its feed was {one.detail}", subjects=(one.name,)) for one in found]


def unreadable(unknowns: Sequence[Unknown]) -> list[Reason]:
    """One reason for each layer that was not read whole, and one for each code of the files that could not be read."""
    reasons = [Reason(one.code, _unread(one), subjects=(one.subject,)) for one in unknowns if one.whole_layer]
    by_code: dict[str, list[Unknown]] = {}
    for unknown in unknowns:
        if not unknown.whole_layer:
            by_code.setdefault(unknown.code, []).append(unknown)
    for code, files in by_code.items():
        first = files[0]
        where = f"{first.evidence.path}: {first.reason}" if first.evidence.path else first.reason
        detail = f"{_count(len(files), 'file')} could not be read ({where}{' …' if len(files) > 1 else ''})"
        reasons += _listed(code, detail, sorted({unknown.subject for unknown in files}))
    return reasons


def _unread(unknown: Unknown) -> str:
    place = unknown.evidence
    if unknown.cataloger != "layer":
        return f"{unknown.subject} could not be read: {unknown.reason}"
    at = f" (at {unknown.subject})" if place.path else ""
    return f"layer {place.layer} could not be read completely{at}: {unknown.reason}"


def _unidentified(inventory: Inventory) -> list[Reason]:
    paths = [f"/{path}" for path in inventory.unidentified]
    if not paths:
        return []
    what = _count(len(paths), "program or library", "programs or libraries")
    return _listed("unidentified_files", f"{what} that no package owns and nothing identifies: {few(paths)}", paths)


def _no_package_database(inventory: Inventory) -> list[Reason]:
    found = inventory.distribution
    if not inventory.no_package_database or found is None:
        return []
    detail = f"{name_of(found)}: the image holds files of it, but no list of its packages"
    return [Reason("no_package_database", detail, subjects=("-".join(filter(None, (found.id, found.version))),))]


def _listed(code: str, detail: str, subjects: Sequence[str]) -> list[Reason]:
    """Beyond the first ones, subjects are a reason of their own, which is accepted by its code alone."""
    reasons = [Reason(code, detail, subjects=tuple(subjects[:MAX_PATHS]))]
    if len(subjects) > MAX_PATHS:
        reasons.append(Reason(code, f"and {len(subjects) - MAX_PATHS} more, too many to list"))
    return reasons


def _untrusted(inventory: Inventory) -> list[Reason]:
    paths = [decision.path for decision in inventory.decisions]
    if not paths:
        return []
    detail = "the image contains its own VEX or ignore rules; they were not applied because they are not trusted: " + few(paths)
    return [Reason("untrusted_rules", detail, subjects=tuple(f"/{path}" for path in paths))]


def _count(number: int, what: str, many: str = "") -> str:
    return f"{number} {what}" if number == 1 else f"{number} {many or what + 's'}"
