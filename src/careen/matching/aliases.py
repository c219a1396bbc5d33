"""Groups matches by vulnerability: one vulnerability is one finding, with all its ids.

A CVE id names a vulnerability. An advisory that names several CVEs (DSA, ALSA, RHSA …) counts for each of them and does
not make them one. An advisory without a CVE belongs to the CVE that another advisory or a record gives as an alias of
one of its ids; advisories without any CVE are one vulnerability if they share an id.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from careen.model.advisory import VulnerabilityRecord

from .ranges import Match


class MatchedVulnerability(Struct, frozen=True):
    id: str  # a CVE id, else a GHSA id, else an id of the source
    aliases: tuple[str, ...]
    matches: tuple[Match, ...]


class _Group(Struct):
    ids: dict[str, None]
    matches: list[Match]


def by_vulnerability(
    matches: Sequence[Match], records: Mapping[str, tuple[VulnerabilityRecord, ...]]
) -> list[MatchedVulnerability]:
    """Groups the matches by vulnerability. ``records`` add aliases that the matched advisories do not contain."""
    groups: dict[str, _Group] = defaultdict(lambda: _Group({}, []))
    cve_by_id: dict[str, str] = {}
    without_cve: list[tuple[Match, list[str]]] = []
    for match in matches:
        cves, others = _separated((match.advisory.id, *match.advisory.aliases))
        if not cves:
            cves, others = _separated(dict.fromkeys((*others, *_beside(others, records))))
        for cve in cves:
            groups[cve].matches.append(match)
            # Records give a vulnerability many ids; users search for the CVE and the GHSA.
            groups[cve].ids.update(dict.fromkeys((*others, *filter(_is_ghsa, _beside([cve], records)))))
        if len(cves) == 1:
            cve_by_id.update((id, cves[0]) for id in others)
        elif not cves:
            without_cve.append((match, others))
    for match, ids in _joined_by_ids(without_cve):
        name = next((cve_by_id[id] for id in ids if id in cve_by_id), ids[0])
        groups[name].matches.append(match)
        groups[name].ids.update(dict.fromkeys(ids))
    return [_vulnerability(name, group) for name, group in groups.items()]


def _separated(ids: Iterable[str]) -> tuple[list[str], list[str]]:
    """The CVEs among the ids, each once, and the others."""
    cves: dict[str, None] = {}
    others = []
    for id in ids:
        if id.startswith("CVE-"):
            cves[id] = None
        else:
            others.append(id)
    return list(cves), others


def _beside(ids: Iterable[str], records: Mapping[str, tuple[VulnerabilityRecord, ...]]) -> Iterator[str]:
    """All ids in the records of these ids. A record with several CVEs is left out: it is not about one vulnerability."""
    for id in ids:
        for record in records.get(id, ()):
            names = (record.id, *record.aliases)
            if sum(map(_is_cve, names)) <= 1:
                yield from names


def _joined_by_ids(without_cve: Sequence[tuple[Match, list[str]]]) -> list[tuple[Match, list[str]]]:
    """The matches, each with the ids of its whole group. Matches that share an id, directly or through others, form a
    group, and all its matches list the ids in the same order.
    """
    group_by_id: dict[str, set[str]] = {}
    for _, ids in without_cve:
        together = set(ids).union(*(group_by_id.get(id, ()) for id in ids))
        for id in together:
            group_by_id[id] = together
    return [(match, sorted(group_by_id[ids[0]], key=_rank)) for match, ids in without_cve]


def _vulnerability(name: str, group: _Group) -> MatchedVulnerability:
    ids = sorted({name, *group.ids}, key=_rank)
    main = name if _is_cve(name) else ids[0]
    return MatchedVulnerability(main, tuple(id for id in ids if id != main), tuple(group.matches))


def _is_cve(id: str) -> bool:
    return id.startswith("CVE-")


def _is_ghsa(id: str) -> bool:
    return id.startswith("GHSA-")


def _rank(id: str) -> tuple[bool, bool, str]:
    return not _is_cve(id), not _is_ghsa(id), id
