"""Advisories and records from OSV's archives, one zip an ecosystem.

Shape: ``osv/<Ecosystem>/all.zip`` of ``<id>.json``. From each zip only the entries of its own ecosystem are read: entries of
other ecosystems are in those zips too. Not read are Debian and Alpine, whose own trackers have more (states, packages that
never were affected), and PSF, whose records about CPython name commits and no package.
A file of changes has one record per line. A mirror may have GitHub's advisory repository as a compressed tar,
``ghsa/main.tar.gz``: records of many ecosystems, of which those are used that OSV's zips lack.
Vendors' own archives of their records (``suse/osv.tar.bz2``, ``ubuntu/osv-all.tar.xz``) replace OSV's if a mirror lacks those.
A few damaged records are skipped; raises ValueError if there are many, or if the file is not an archive.
Only ``careen db update --full`` downloads the live archives of Chainguard, Ubuntu and Wolfi.
Later updates download only what changed, by the list of changes that each ecosystem has.
**Source:** OSV schema 1.7; the layout of OSV's bucket, ``modified_id.csv``.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

import msgspec

from careen.formats.archives import zip as archive
from careen.formats.archives.tar_archive import documents
from careen.formats.feeds import osv
from careen.formats.feeds.each import ids_in
from careen.formats.feeds.ecosystems import ecosystem_of, of_distributions
from careen.model.advisory import PassedOver
from careen.plugins import AdvisorySource, Feed, Need, Record

_BUCKET = "https://osv-vulnerabilities.storage.googleapis.com"
MAX_RECORD_BYTES = 16 << 20
MAX_ARCHIVE_BYTES = 8 << 30
MAX_RECORDS = 20_000_000  # Chainguard's has a million; the bytes of the archive bound the work
MAX_DIRECTORY_BYTES = 2 << 30
_GITHUB = "GitHub"
_VENDORS = {"openeuler": ("openEuler",), "suse": ("SUSE", "openSUSE"), "ubuntu": ("Ubuntu",)}  # by folder of a mirror
_OF_VENDOR = re.compile(r"osv(?:-all)?\.tar\.(?:gz|bz2|xz|zst)")

# Larger than all others together; their vendors publish the same data in a few megabytes.
_LARGE = frozenset({"Chainguard", "Ubuntu", "Wolfi"})
# Assessed from another source, or not about packages at all.
_LEFT_OUT = frozenset({"Debian", "Alpine", "PSF", "GIT", "Android", "Linux", "OSS-Fuzz", "UVI", "GSD", "[EMPTY]"})
# Ecosystems besides those of distributions, used when no listing is available.
_ECOSYSTEMS = (
    "Bitnami", "CRAN", "GHC", "GitHub Actions", "Go", "Hackage", "Hex", "Julia", "Maven", "NuGet", "Packagist", "Pub", "PyPI",
    "Root", "RubyGems", "SwiftURL", "crates.io", "npm",
)  # fmt: skip


def feeds(need: Need, listing: Callable[[str], tuple[str, ...]]) -> tuple[Feed, ...]:
    names = listing("osv")
    of_mirror = bool(names)
    if not names and need.namespaces is None:
        names = listing(f"{_BUCKET}/ecosystems.txt")
    wanted = sorted({name for name in names or (*_ECOSYSTEMS, *of_distributions()) if ":" not in name} - _LEFT_OUT)
    if need.namespaces is not None:
        needed = {ecosystem_of(namespace) for namespace in need.namespaces}
        wanted = [name for name in wanted if name in needed]
    found = (*(_feed(name, full=name in _LARGE and not of_mirror) for name in wanted), *_of_vendors(need, names, listing))
    if need.namespaces is None and "main.tar.gz" in listing("ghsa"):
        return *found, Feed("ghsa/main.tar.gz", "", part=_GITHUB)
    return found


def _of_vendors(need: Need, names: tuple[str, ...], listing: Callable[[str], tuple[str, ...]]) -> Iterator[Feed]:
    needed = None if need.namespaces is None else {ecosystem_of(namespace) for namespace in need.namespaces}
    for folder, ecosystems in _VENDORS.items():
        if names_it := [name for name in ecosystems if needed is None or name in needed]:
            offered = () if set(names_it) & set(names) else listing(folder)
            yield from (
                Feed(f"{folder}/{name}", "", compressed=True, part=ecosystems[0])
                for name in offered
                if _OF_VENDOR.fullmatch(name)
            )


def _feed(name: str, *, full: bool) -> Feed:
    place = f"{_BUCKET}/{quote(name)}"
    return Feed(
        f"osv/{name}/all.zip",
        f"{place}/all.zip",
        compressed=True,
        part=name,
        full=full,
        changes=f"{place}/modified_id.csv",
        single=f"{place}/{{id}}.json",
    )


def parse(feed: Feed, file: Path) -> Iterator[Record]:
    now = datetime.now(UTC).isoformat()
    whole = feed.part == _GITHUB or feed.path.partition("/")[0] in _VENDORS
    ecosystem = None if whole else feed.part
    damaged = 0
    with file.open("rb") as stream:
        if single := _single(stream):
            yield from osv.read(single, ecosystem, now)
            return
        pieces, count = _pieces(stream, file)
        for number, (name, read) in enumerate(pieces):
            data = b""
            try:
                data = read()
                found = tuple(osv.read(data, ecosystem, now))
            except ValueError as error:
                damaged += 1
                if damaged > 10 + max(count, number) // 100:
                    raise ValueError(f"{damaged} damaged records, the last {name}: {error}") from None
                yield PassedOver(f"{name}: {error}", ids_in((name, data)))
                continue
            yield from found


def _single(stream: BinaryIO) -> bytes:
    """The whole stream if it is a single record in several lines, else b""."""
    first = stream.readline(MAX_RECORD_BYTES)
    stream.seek(0)
    if not first.startswith(b"{"):
        return b""
    try:
        msgspec.json.decode(first, type=msgspec.Raw)
    except msgspec.MsgspecError:
        data = stream.read(MAX_RECORD_BYTES + 1)
        stream.seek(0)
        return data if data.count(b"\n{") == 0 else b""
    return b""


def _pieces(stream: BinaryIO, file: Path) -> tuple[Iterable[tuple[str, Callable[[], bytes]]], int]:
    """(name, function that reads it) of each record; and the number of records, 0 if unknown."""
    start = stream.read(2)
    stream.seek(0)
    if start[:1] == b"{":  # what changed since the last time
        return _lines(stream), 0
    if start != b"PK":
        return _members(file), 0
    members = archive.walk(stream, max_entries=MAX_RECORDS, max_directory_bytes=MAX_DIRECTORY_BYTES)
    records = (member for member in members if member.name.endswith(".json"))
    return ((member.name, partial(archive.read, stream, member, MAX_RECORD_BYTES)) for member in records), archive.counted(
        stream
    )


def _members(file: Path) -> Iterator[tuple[str, Callable[[], bytes]]]:
    for number, data in enumerate(documents(file, ".json", MAX_RECORD_BYTES, MAX_ARCHIVE_BYTES), 1):
        yield f"document {number}", partial(bytes, data)


def _lines(stream: BinaryIO) -> Iterator[tuple[str, Callable[[], bytes]]]:
    for number, line in enumerate(iter(partial(stream.readline, MAX_RECORD_BYTES), b""), 1):
        yield f"line {number}", partial(bytes, line)


ADVISORY_SOURCE = AdvisorySource(
    name="osv",
    title="OSV: language ecosystems and distributions",
    licence="by database: CC-BY-4.0, CC0, MIT, CC-BY-SA-4.0 and others",
    homepage="https://osv.dev",
    feeds=feeds,
    parse=parse,
    form="JSON, OSV, in a zip",
    size="under 1 GB",
    renewed="within minutes",
    checked="2026-08-21, osv.dev",
)
