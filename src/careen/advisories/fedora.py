"""Fedora: the updates of a release.

Shape: ``updateinfo.xml`` (see ``formats.feeds.updateinfo``) of the repository of updates, whose ``repomd.xml`` has its name.
The file of one architecture is read for all architectures.
Raises: ValueError.  **Source:** Bodhi, updateinfo; createrepo_c, repomd.xml.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from careen.formats.feeds.updateinfo import Update, records, updates
from careen.plugins import Address, AdvisorySource, Feed, Need, Record

MAX_BYTES = 1 << 30
_LIVE = "https://dl.fedoraproject.org/pub/fedora/linux/updates"
_ARCHIVE = "https://archives.fedoraproject.org/pub/archive/fedora/linux/updates"  # of releases that have ended
_INDEX = "Everything/x86_64/repodata/repomd.xml"
_NAME = "updateinfo.xml"


def feeds(need: Need, listing: Callable[[str], tuple[str, ...]]) -> tuple[Feed, ...]:
    if need.namespaces is None:
        releases = set(listing("fedora") or listing(f"{_LIVE}/"))
    else:
        releases = {release for namespace in need.namespaces if (release := namespace.partition("fedora:")[2])}
    return tuple(
        Feed(
            f"fedora/{release}/updateinfo.xml",
            f"{_LIVE}/{release}/{_INDEX}",
            elsewhere=(Address(f"{_ARCHIVE}/{release}/{_INDEX}", named=_NAME),),
            compressed=True,
            part=release,
            named=_NAME,
        )
        for release in sorted(releases)
        if release.isdecimal()
    )


def parse(feed: Feed, file: Path) -> Iterator[Record]:
    def records_of(update: Update) -> Iterator[Record]:
        url = f"https://bodhi.fedoraproject.org/updates/{update.id}"
        yield from records(update, "fedora", f"fedora:{feed.part}", url, every_arch=True)

    yield from updates(file, MAX_BYTES, records_of)


ADVISORY_SOURCE = AdvisorySource(
    name="fedora",
    title="Fedora updates",
    licence="none stated",
    homepage="https://bodhi.fedoraproject.org",
    feeds=feeds,
    parse=parse,
    form="XML, updateinfo",
    size="under 10 MB",
    checked="2026-08-07, vuls-data-update",
)
