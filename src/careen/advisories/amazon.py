"""Amazon Linux: the errata of its repositories.

Shape: ``amazon/<release>/updateinfo.xml.gz`` (see ``formats.updateinfo``). Their live addresses change with every release
of a repository, so they are read from a mirror alone.
Raises: ValueError.  **Source:** createrepo's updateinfo.xml; alas.aws.amazon.com.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from careen.formats.updateinfo import records, updates
from careen.plugins import AdvisorySource, Feed, Need, Record

MAX_BYTES = 1 << 30
_RELEASES = ("1", "2", "2022", "2023")


def feeds(need: Need, listing: Callable[[str], tuple[str, ...]]) -> tuple[Feed, ...]:
    return tuple(
        Feed(f"amazon/{release}/updateinfo.xml.gz", "", part=release)
        for release in _RELEASES
        if need.namespaces is None or f"amzn:{release}" in need.namespaces
    )


def parse(feed: Feed, file: Path) -> Iterator[Record]:
    folder = "" if feed.part == "1" else f"AL{feed.part}/"
    for update in updates(file, MAX_BYTES):
        yield from records(update, "amazon", f"amzn:{feed.part}", f"https://alas.aws.amazon.com/{folder}{update.id}.html")


ADVISORY_SOURCE = AdvisorySource(
    name="amazon",
    title="Amazon Linux Security Center",
    licence="none stated",
    homepage="https://alas.aws.amazon.com",
    feeds=feeds,
    parse=parse,
)
