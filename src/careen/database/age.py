"""How old what the database knows is, and what of it is older than the user allows.

The age of data is the age of their origin: of a live feed the time since its server sent it or confirmed that it has
nothing newer, of a mirror or an artefact the time since that was made. To copy or import old data makes them no younger.
"""

from collections.abc import Collection, Iterator
from datetime import date

from careen.formats.feeds.lifecycles import names_of
from careen.model.advisory import NamespaceInfo, SourceInfo

from .knowledge import Knowledge

ALWAYS = ("kev", "epss")  # assess every image's findings


def age_of(source: SourceInfo, today: date) -> int | None:
    """In days; None where nothing tells it, or where it lies in the future."""
    try:
        days = (today - date.fromisoformat((source.confirmed or source.as_of)[:10])).days
    except ValueError:
        return None
    return max(days, 0) if days >= -1 else None  # (a day's difference is another time zone)


def too_old(known: Knowledge, namespaces: Collection[str], days: int, today: date) -> tuple[SourceInfo, ...]:
    """The sources that assess these namespaces and are older, or of an unknown age.

    Of several parts of one source that speak of a namespace the youngest counts, a partial one only where all are: the
    others are older forms of the same knowledge, or additions to it.
    """
    sources = {source.name: source for source in known.info.sources} if known.info else {}
    found: dict[str, SourceInfo] = {}
    for namespace in namespaces:
        for names in _parts(known.namespace(namespace)):
            ages = [(age_of(sources[name], today), sources[name]) for name in names if name in sources]
            if ages and not any(age is not None and age <= days for age, _ in ages):
                source = min(ages, key=lambda one: float("inf") if one[0] is None else one[0])[1]
                found[source.name] = source
    lifecycles = frozenset(names_of(namespaces))
    for source in sources.values():
        age = age_of(source, today)
        if (source.name.partition("/")[0] in ALWAYS or source.name in lifecycles) and (age is None or age > days):
            found[source.name] = source
    return tuple(found.values())


def _parts(infos: Collection[NamespaceInfo]) -> Iterator[list[str]]:
    """The parts of each source that count."""
    by_source: dict[str, list[NamespaceInfo]] = {}
    for info in infos:
        by_source.setdefault(info.source.partition("/")[0], []).append(info)
    for found in by_source.values():
        whole = [info.source for info in found if not info.partial]
        yield whole or [info.source for info in found]
