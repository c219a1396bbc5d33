"""MinimOS: which version of an origin package fixes which vulnerabilities.

Shape: see ``formats.feeds.secdb``. The file lists the CVE and the GHSA id of a vulnerability as if they were two. OSV, which
has the same fixes and is what a first scan downloads, states which ids belong together.
Raises: ValueError.  **Source:** packages.mini.dev, security.json.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from careen.formats.feeds.secdb import fixes
from careen.plugins import AdvisorySource, Feed, Need, Record

MAX_BYTES = 100 << 20
NAMESPACE = "minimos"
_HOME = "https://packages.mini.dev"
_LIVE = f"{_HOME}/advisories/secdb/security.json"


def feeds(need: Need, listing: Callable[[str], tuple[str, ...]]) -> tuple[Feed, ...]:
    if need.namespaces is not None and NAMESPACE not in need.namespaces:
        return ()
    return (Feed("minimos/security.json", _LIVE),)


def parse(feed: Feed, file: Path) -> Iterator[Record]:
    yield from fixes(file, MAX_BYTES, "minimos", NAMESPACE, _HOME)


ADVISORY_SOURCE = AdvisorySource(
    name="minimos",
    title="MinimOS security database",
    licence="none stated",
    homepage=_HOME,
    feeds=feeds,
    parse=parse,
    on_demand=False,
    form="JSON, secdb",
    size="under 10 MB",
    checked="2026-08-21, vunnel",
)
