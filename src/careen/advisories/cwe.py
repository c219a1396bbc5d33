"""The names of weaknesses: which kind of mistake a number such as CWE-79 means.

Shape: a zip of one XML file with ``<Weakness ID="79" Name="…" Status="Stable">`` and ``<Category ID="310" Name="…">``
elements. Each becomes a record with that id, so that a look-up of the id gives its name.
Raises: ValueError if the file has no weakness.  **Source:** CWE schema 7; cwe.mitre.org/data/downloads.html.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from careen.formats.archives import zip as archive
from careen.formats.data.xml_stream import elements_of
from careen.model.advisory import VulnerabilityRecord
from careen.plugins import AdvisorySource, Feed, Need, Record

MAX_BYTES = 128 << 20
_HOME = "https://cwe.mitre.org"
_LATEST = "cwec_latest.xml.zip"
_FILE = re.compile(r"cwec_v\d{1,3}\.\d{1,3}\.xml\.zip")
_KINDS = frozenset({"Weakness", "Category", "View"})
_GONE = frozenset({"Deprecated", "Obsolete"})


def feeds(need: Need, listing: Callable[[str], tuple[str, ...]]) -> tuple[Feed, ...]:
    offered = sorted(name for name in listing("cwe") if _FILE.fullmatch(name))
    name = offered[-1] if offered else _LATEST
    return (Feed(f"cwe/{name}", f"{_HOME}/data/xml/{_LATEST}", compressed=True, kept_as=f"cwe/{_LATEST}"),)


def parse(feed: Feed, file: Path) -> Iterator[Record]:
    found = False
    with file.open("rb") as stream:
        for entry in archive.entries(stream):
            if not entry.name.endswith(".xml"):
                continue
            for element in elements_of(archive.read(stream, entry, MAX_BYTES), _KINDS):
                number, name = element.attributes.get("ID", ""), " ".join(element.attributes.get("Name", "").split())
                if number.isdecimal() and len(number) < 8 and name and element.attributes.get("Status") not in _GONE:
                    found = True
                    yield VulnerabilityRecord(f"CWE-{number}", "cwe", summary=name[:200])
    if not found:
        raise ValueError("it names no weakness")


ADVISORY_SOURCE = AdvisorySource(
    name="cwe",
    title="Common Weakness Enumeration, names",
    licence="CWE terms of use",
    homepage=_HOME,
    feeds=feeds,
    parse=parse,
    on_demand=False,
    assesses=False,
    form="XML in a zip",
    size="under 10 MB",
    checked="2026-08-21, trivy",
)
