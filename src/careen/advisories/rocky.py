"""Rocky Linux: the errata of its repositories.

Shape: ``rocky/<release>/<repository>/updateinfo.xml`` (see ``formats.updateinfo``), of one architecture, which stands for
all. A repository lists the errata of its current minor release alone and OSV has them all, so it is read from a mirror.
Raises: ValueError.  **Source:** createrepo's updateinfo.xml; errata.rockylinux.org.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from careen.formats.updateinfo import records, updates
from careen.plugins import AdvisorySource, Feed, Need, Record

MAX_BYTES = 1 << 30
_RELEASES = ("8", "9", "10")
_REPOSITORIES = ("BaseOS", "AppStream", "CRB", "PowerTools", "extras", "HighAvailability", "RT", "NFV", "ResilientStorage")


def feeds(need: Need, listing: Callable[[str], tuple[str, ...]]) -> tuple[Feed, ...]:
    return tuple(
        Feed(f"rocky/{release}/{repository}/updateinfo.xml", "", part=release)
        for release in _RELEASES
        if need.namespaces is None or f"rocky:{release}" in need.namespaces
        for repository in _REPOSITORIES
    )


def parse(feed: Feed, file: Path) -> Iterator[Record]:
    for update in updates(file, MAX_BYTES):
        url = f"https://errata.rockylinux.org/{update.id}"
        yield from records(update, "rocky", f"rocky:{feed.part}", url, every_arch=True)


ADVISORY_SOURCE = AdvisorySource(
    name="rocky",
    title="Rocky Linux errata",
    licence="none stated",
    homepage="https://errata.rockylinux.org",
    feeds=feeds,
    parse=parse,
)
