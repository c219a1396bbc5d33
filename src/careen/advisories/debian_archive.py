"""Debian's archive: fixes that the changelogs and patches of its packages name, from a file of facts in a mirror.

A scan reads the archive itself (``--archive``, see ``careen.database.archive``) about the packages at hand, and Careen
ships a file of facts for the packages of base images. ``careen db seed`` makes such files. Raises: ValueError.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from careen.formats.feeds.archive_facts import SOURCE, read_facts, records_of
from careen.plugins import AdvisorySource, Feed, Need, Record

_FILES = ("facts.json", "facts.json.gz", "facts.json.xz")


def feeds(need: Need, listing: Callable[[str], tuple[str, ...]]) -> tuple[Feed, ...]:
    if need.namespaces is not None and not any(name.startswith("debian:") for name in need.namespaces):
        return ()
    return tuple(Feed(f"{SOURCE}/{name}", "", compressed=True) for name in listing(SOURCE) if name in _FILES)


def parse(feed: Feed, file: Path) -> Iterator[Record]:
    with file.open("rb") as stream:
        facts = read_facts(stream)
    for codename, release in facts.releases.items():
        yield from records_of(codename, release)


ADVISORY_SOURCE = AdvisorySource(
    name=SOURCE,
    title="Debian archive: changelogs and patches",
    licence="facts from the changelogs and patches of each package",
    homepage="https://www.debian.org/doc/debian-policy/ch-source.html#debian-changelog-debian-changelog",
    feeds=feeds,
    parse=parse,
)
