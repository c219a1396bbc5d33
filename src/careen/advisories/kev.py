"""CISA's catalogue of Known Exploited Vulnerabilities.

Shape: ``{vulnerabilities: [{cveID, dateAdded, knownRansomwareCampaignUse}]}``. Raises: ValueError.
**Source:** cisa.gov, known_exploited_vulnerabilities_schema.json.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from msgspec import Raw, Struct

from careen.formats.data.json_file import read_json
from careen.formats.feeds.each import read_each
from careen.model.advisory import Exploited
from careen.plugins import Address, AdvisorySource, Feed, Need, Record
from careen.safety.typed import from_json

MAX_BYTES = 100 << 20
_LIVE = "https://www.cisa.gov/sites/default/files/feeds"  # refuses many networks of cloud providers
_REPOSITORY = "https://raw.githubusercontent.com/cisagov/kev-data/develop"
_FILE = "known_exploited_vulnerabilities.json"


class _Entry(
    Struct,
    gc=False,
    rename={"cve_id": "cveID", "date_added": "dateAdded", "known_ransomware_campaign_use": "knownRansomwareCampaignUse"},
):
    cve_id: str
    date_added: str = ""
    known_ransomware_campaign_use: str = ""


class _Catalogue(Struct, gc=False):
    vulnerabilities: list[Raw]


def feeds(need: Need, listing: Callable[[str], tuple[str, ...]]) -> tuple[Feed, ...]:
    return (Feed(f"kev/{_FILE}", f"{_LIVE}/{_FILE}", elsewhere=(Address(f"{_REPOSITORY}/{_FILE}"),)),)


def parse(feed: Feed, file: Path) -> Iterator[Record]:
    yield from read_each(read_json(file, _Catalogue, MAX_BYTES).vulnerabilities, _exploited)


def _exploited(raw: Raw) -> Iterator[Exploited]:
    entry = from_json(raw, _Entry)
    yield Exploited(entry.cve_id, entry.date_added, entry.known_ransomware_campaign_use.lower() == "known")


ADVISORY_SOURCE = AdvisorySource(
    name="kev",
    title="CISA Known Exploited Vulnerabilities",
    licence="CC0-1.0",
    homepage="https://www.cisa.gov/known-exploited-vulnerabilities-catalog",
    feeds=feeds,
    parse=parse,
    assesses=False,
    form="JSON",
    size="under 10 MB",
    renewed="daily",
    checked="2026-08-21, vunnel",
)
