"""Advisories and records out of the archives of OSV, one zip an ecosystem.

Shape: ``osv/<Ecosystem>/all.zip`` of ``<id>.json``. Of a zip only the entries of its own ecosystem are taken: the
others are in the other ecosystem's zip as well. Not read are Debian and Alpine, whose own trackers know more (states,
packages never affected), and PSF, whose records about CPython name commits and no package.
A few damaged records are passed over; raises ValueError where there are many, or no archive.
**Source:** OSV schema 1.7; the layout of OSV's bucket.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from careen.formats import osv
from careen.formats import zip as archive
from careen.formats.ecosystems import ecosystem_of
from careen.plugins import AdvisorySource, Feed, Need, Record

_BUCKET = "https://osv-vulnerabilities.storage.googleapis.com"
MAX_RECORD_BYTES = 16 << 20

# Judged from another source of ours, or not about packages at all.
_LEFT_OUT = frozenset({"Debian", "Alpine", "PSF", "GIT", "Android", "Linux", "OSS-Fuzz", "UVI", "GSD", "[EMPTY]"})
# Where nobody lists them.
_ECOSYSTEMS = (
    "AlmaLinux", "Alpaquita", "Azure Linux", "BellSoft Hardened Containers", "Bitnami", "CRAN", "Chainguard", "Echo", "GHC",
    "GitHub Actions", "Go", "Hackage", "Hex", "Julia", "Mageia", "Maven", "MinimOS", "NuGet", "Packagist", "Photon OS", "Pub",
    "PyPI", "Red Hat", "Rocky Linux", "Root", "RubyGems", "SUSE", "SwiftURL", "Ubuntu", "Wolfi", "crates.io", "npm",
    "openEuler", "openSUSE",
)  # fmt: skip


def feeds(need: Need, listing: Callable[[str], tuple[str, ...]]) -> tuple[Feed, ...]:
    names = listing("osv")
    if not names and need.namespaces is None:
        names = listing(f"{_BUCKET}/ecosystems.txt")
    wanted = sorted({name for name in names or _ECOSYSTEMS if ":" not in name} - _LEFT_OUT)
    if need.namespaces is not None:
        needed = {ecosystem_of(namespace) for namespace in need.namespaces}
        wanted = [name for name in wanted if name in needed]
    return tuple(Feed(f"osv/{name}/all.zip", f"{_BUCKET}/{quote(name)}/all.zip", compressed=True, part=name) for name in wanted)


def parse(feed: Feed, file: Path) -> Iterator[Record]:
    now = datetime.now(UTC).isoformat()
    damaged = 0
    with file.open("rb") as stream:
        members = [entry for entry in archive.entries(stream) if entry.name.endswith(".json")]
        for entry in members:
            try:
                found = tuple(osv.read(archive.read(stream, entry, MAX_RECORD_BYTES), feed.part, now))
            except ValueError as error:
                damaged += 1
                if damaged > 10 + len(members) // 100:
                    raise ValueError(f"{damaged} damaged records, the last {entry.name}: {error}") from None
                continue
            yield from found


ADVISORY_SOURCE = AdvisorySource(
    name="osv",
    title="OSV: language ecosystems and distributions",
    licence="by database: CC-BY-4.0, CC0, MIT, CC-BY-SA-4.0 and others",
    homepage="https://osv.dev",
    feeds=feeds,
    parse=parse,
)
