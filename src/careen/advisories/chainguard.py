"""Wolfi and Chainguard OS: which version of an origin package fixes which vulnerabilities.

Shape: see ``formats.feeds.secdb``; one file each. OSV has the same fixes in archives of up to a gigabyte, which
``careen db update --full`` reads too: they state which CVE and which GHSA id are the same vulnerability. The files here
list both as if they were two.
Raises: ValueError.  **Source:** packages.wolfi.dev and packages.cgr.dev, security.json.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from careen.formats.feeds.secdb import fixes
from careen.plugins import AdvisorySource, Feed, Need, Record

MAX_BYTES = 400 << 20
_LIVE = {
    "chainguard": "https://packages.cgr.dev/chainguard/security.json",
    "wolfi": "https://packages.wolfi.dev/os/security.json",
}


def feeds(need: Need, listing: Callable[[str], tuple[str, ...]]) -> tuple[Feed, ...]:
    return tuple(
        Feed(f"{namespace}/security.json", address, part=namespace)
        for namespace, address in _LIVE.items()
        if need.namespaces is None or namespace in need.namespaces
    )


def parse(feed: Feed, file: Path) -> Iterator[Record]:
    yield from fixes(file, MAX_BYTES, "chainguard", feed.part, "https://images.chainguard.dev/security/{id}")


ADVISORY_SOURCE = AdvisorySource(
    name="chainguard",
    title="Wolfi and Chainguard OS security databases",
    licence="CC-BY-NC-ND-4.0, with a licence of its own for scanners",
    redistributable=False,  # ND: not in another form
    homepage="https://images.chainguard.dev/security",
    feeds=feeds,
    parse=parse,
    form="JSON, secdb",
    size="under 10 MB",
    checked="2026-08-21, vunnel",
)
