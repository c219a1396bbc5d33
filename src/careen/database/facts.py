"""Facts from a distribution's archive, fetched for a run or shipped with Careen, in the form that look-ups need.

This module is separate from ``archive``, which fetches facts, so that a scan with shipped facts does not import ``archive``.
"""

from collections.abc import Iterable, Mapping

from careen.formats.debian.releases import namespace_of
from careen.formats.feeds.archive_facts import SOURCE, ReleaseFacts, records_of
from careen.model.advisory import Advisory, DatabaseInfo, Listed, SourceInfo
from careen.plugins import Record

from .memory import MemoryDatabase


def knowledge_of(releases: Mapping[str, ReleaseFacts], place: str, listed: Iterable[Listed] = ()) -> MemoryDatabase:
    records: list[Record] = [record for codename, facts in releases.items() for record in records_of(codename, facts)]
    known = {(namespace_of(codename), name) for codename, facts in releases.items() for name in facts.sources}
    as_of = min((facts.as_of for facts in releases.values()), default="")
    count = sum(isinstance(record, Advisory) for record in records)
    detail = "; ".join(facts.detail for facts in releases.values() if facts.detail)
    source = SourceInfo(SOURCE, as_of[:10], count, url=place, detail=detail)
    return MemoryDatabase((*records, *listed), DatabaseInfo(place, as_of, (source,)), known)
