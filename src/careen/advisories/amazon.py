"""Amazon Linux: the errata of its repositories.

Shape: ``amazon/<release>/updateinfo.xml.gz`` is that of the core repository, ``amazon/<release>/<repository>/…`` that of a
further repository (see ``formats.feeds.updateinfo``). A live ``mirror.list`` names the repository of the day, whose
``repomd.xml`` names the file; the file of one architecture has the builds of all architectures.
The extras of Amazon Linux 2 (``php8.2``, ``kernel-5.10``) have newer lines of packages that core has too: a fix in an extra
applies from the first version of its own line. Amazon Linux 1 and 2022 have no address with TLS: only a mirror has them.
Raises: ValueError.  **Source:** createrepo's updateinfo.xml; alas.aws.amazon.com; extras-catalog.json.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from msgspec.structs import replace

from careen.formats.feeds.updateinfo import Update, records, updates
from careen.model.advisory import Advisory, NamespaceInfo, Range
from careen.plugins import AdvisorySource, Feed, Need, Record

MAX_BYTES = 1 << 30
_LIVE = "https://cdn.amazonlinux.com"
_RELEASES = {  # by release: the folder of a repository, "" if only a mirror has it
    "1": "", "2": "2/{}/latest", "2022": "", "2023": "al2023/{}/mirrors/latest",
}  # fmt: skip
_FURTHER = {"2023": ("kernel-livepatch", "nvidia")}
_EXTRAS = "extras"
_LINE = re.compile(r".*?(\d+(?:\.\d+)*)")


def feeds(need: Need, listing: Callable[[str], tuple[str, ...]]) -> tuple[Feed, ...]:
    wanted = [release for release in _RELEASES if need.namespaces is None or f"amzn:{release}" in need.namespaces]
    found = [_feed(release, repository) for release in wanted for repository in ("core", *_FURTHER.get(release, ()))]
    if "2" in wanted:
        extras = listing(f"amazon/2/{_EXTRAS}") or listing(f"{_LIVE}/2/extras-catalog.json")
        found += [_feed("2", f"{_EXTRAS}/{extra}") for extra in extras]
    return tuple(found)


def _feed(release: str, repository: str) -> Feed:
    is_core = repository == "core"
    folder = _RELEASES[release].format(repository)
    return Feed(
        f"amazon/{release}/updateinfo.xml.gz" if is_core else f"amazon/{release}/{repository}/updateinfo.xml.gz",
        f"{_LIVE}/{folder}/x86_64/mirror.list" if folder else "",
        compressed=True,
        part=release if is_core else f"{release}/{repository}",
        named="updateinfo.xml",
        below="repodata/repomd.xml",
    )


def parse(feed: Feed, file: Path) -> Iterator[Record]:
    release, _, repository = feed.part.partition("/")
    folder = "" if release == "1" else f"AL{release}/"
    extra = repository.removeprefix(f"{_EXTRAS}/") if repository.startswith(_EXTRAS) else ""

    def records_of(update: Update) -> Iterator[Record]:
        url = f"https://alas.aws.amazon.com/{folder}{update.id}.html"
        for record in records(update, "amazon", f"amzn:{release}", url):
            yield _of_line(record, extra) if extra and isinstance(record, Advisory) else record

    yield from updates(file, MAX_BYTES, records_of)
    if repository:
        yield NamespaceInfo(f"amzn:{release}", "amazon", 0, 0, partial=True, detail="a further repository alone")


def _of_line(advisory: Advisory, extra: str) -> Advisory:
    """The advisory, limited to the line of versions that the extra is named after, if the package belongs to that
    line."""
    line = _LINE.fullmatch(extra)
    if line is None:
        return advisory
    return replace(advisory, ranges=tuple(Range(_start(range.fixed or "", line[1]), range.fixed) for range in advisory.ranges))


def _start(fixed: str, line: str) -> str | None:
    epoch, colon, version = fixed.rpartition(":")
    return f"{epoch}{colon}{line}" if re.match(rf"{re.escape(line)}(?!\d)", version) else None


ADVISORY_SOURCE = AdvisorySource(
    name="amazon",
    title="Amazon Linux Security Center",
    licence="none stated",
    homepage="https://alas.aws.amazon.com",
    feeds=feeds,
    parse=parse,
    form="XML, updateinfo",
    size="under 10 MB",
    checked="2026-08-21, claircore",
)
