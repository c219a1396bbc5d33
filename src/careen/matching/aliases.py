"""Advisories brought together by the flaw they name: one flaw is one finding, with every id that names it.

A CVE id names a flaw. An advisory that names several (DSA, ALSA, RHSA and the like) is a bundle: it stands by each of
them and makes them no one flaw. An advisory without a CVE belongs to the CVE that another advisory or record puts one
of its ids with; what has no CVE at all is brought together by the ids it shares.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from careen.model.advisory import VulnerabilityRecord

from .ranges import Hit


class Flaw(Struct, frozen=True):
    id: str  # CVE, else GHSA, else the source's
    aliases: tuple[str, ...]
    hits: tuple[Hit, ...]


class _Group(Struct):
    ids: dict[str, None]
    hits: list[Hit]


def flaws(hits: Sequence[Hit], records: Mapping[str, tuple[VulnerabilityRecord, ...]]) -> list[Flaw]:
    """``records`` adds aliases that the matched advisories do not name themselves."""
    groups: dict[str, _Group] = defaultdict(lambda: _Group({}, []))
    cve_by_id: dict[str, str] = {}
    nameless: list[tuple[Hit, list[str]]] = []
    for found in hits:
        ids = [found.advisory.id, *found.advisory.aliases]
        cves = list(dict.fromkeys(filter(_is_cve, ids)))
        others = [id for id in ids if not _is_cve(id)]
        if not cves:
            others = list(dict.fromkeys((*others, *_beside(others, records))))
            cves = [id for id in others if _is_cve(id)]
            others = [id for id in others if not _is_cve(id)]
        for cve in cves:
            groups[cve].hits.append(found)
            # Of the many names that records give a flaw, the one that people look for.
            groups[cve].ids.update(dict.fromkeys((*others, *filter(_is_ghsa, _beside([cve], records)))))
        if len(cves) == 1:
            cve_by_id.update((id, cves[0]) for id in others)
        elif not cves:
            nameless.append((found, others))
    for found, ids in _by_what_they_share(nameless):
        name = next((cve_by_id[id] for id in ids if id in cve_by_id), ids[0])
        groups[name].hits.append(found)
        groups[name].ids.update(dict.fromkeys(ids))
    return [_flaw(name, group) for name, group in groups.items()]


def _beside(ids: Iterable[str], records: Mapping[str, tuple[VulnerabilityRecord, ...]]) -> Iterator[str]:
    """The names that records of one flaw put beside these."""
    for id in ids:
        for record in records.get(id, ()):
            names = (record.id, *record.aliases)
            if sum(map(_is_cve, names)) <= 1:
                yield from names


def _by_what_they_share(nameless: Sequence[tuple[Hit, list[str]]]) -> list[tuple[Hit, list[str]]]:
    """Each with all the ids of those it shares one with, directly or through others, in one order for all of them."""
    group_by_id: dict[str, set[str]] = {}
    for _, ids in nameless:
        together = set(ids).union(*(group_by_id.get(id, ()) for id in ids))
        for id in together:
            group_by_id[id] = together
    return [(found, sorted(group_by_id[ids[0]], key=_rank)) for found, ids in nameless]


def _flaw(name: str, group: _Group) -> Flaw:
    ids = sorted({name, *group.ids}, key=_rank)
    main = name if _is_cve(name) else ids[0]
    return Flaw(main, tuple(id for id in ids if id != main), tuple(group.hits))


def _is_cve(id: str) -> bool:
    return id.startswith("CVE-")


def _is_ghsa(id: str) -> bool:
    return id.startswith("GHSA-")


def _rank(id: str) -> tuple[bool, bool, str]:
    return not _is_cve(id), not _is_ghsa(id), id
