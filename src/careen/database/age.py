"""How old the data of the database are, and which sources are older than the user allows.

The age of data is that of their origin: for a live feed, the time since its server sent it or confirmed that it has
nothing newer; for a mirror or an artifact, the time since it was made. Copying or importing old data does not renew them.
"""

from collections.abc import Collection, Iterator
from datetime import date

from careen.formats.feeds.lifecycles import names_of
from careen.model.advisory import NamespaceInfo, SourceInfo

from .knowledge import Knowledge

ALWAYS = ("kev", "epss")  # the findings of every image depend on them


def age_of(source: SourceInfo, today: date) -> int | None:
    """The age of a source's data in days; None if its date is unknown or in the future."""
    try:
        days = (today - date.fromisoformat((source.confirmed or source.as_of)[:10])).days
    except ValueError:
        return None
    return max(days, 0) if days >= -1 else None  # (tomorrow's date is another time zone)


def too_old(known: Knowledge, namespaces: Collection[str], days: int, today: date) -> tuple[SourceInfo, ...]:
    """The sources of these namespaces that are older than ``days``, or whose age is unknown.

    If several parts of one source cover a namespace, the youngest counts: the others are older forms of the same data,
    or additions to it. A partial one counts only if all are partial.
    """
    sources = {source.name: source for source in known.info.sources} if known.info else {}
    found: dict[str, SourceInfo] = {}
    for namespace in namespaces:
        for names in _parts(known.namespace(namespace)):
            ages = [(age_of(sources[name], today), sources[name]) for name in names if name in sources]
            if ages and not any(age is not None and age <= days for age, _ in ages):
                source = min(ages, key=lambda aged: float("inf") if aged[0] is None else aged[0])[1]
                found[source.name] = source
    lifecycles = frozenset(names_of(namespaces))
    for source in sources.values():
        age = age_of(source, today)
        if (source.name.partition("/")[0] in ALWAYS or source.name in lifecycles) and (age is None or age > days):
            found[source.name] = source
    return tuple(found.values())


def _parts(infos: Collection[NamespaceInfo]) -> Iterator[list[str]]:
    """For each source, the names of its parts that count."""
    by_source: dict[str, list[NamespaceInfo]] = {}
    for info in infos:
        by_source.setdefault(info.source.partition("/")[0], []).append(info)
    for found in by_source.values():
        whole = [info.source for info in found if not info.partial]
        yield whole or [info.source for info in found]
