"""A file of facts from the changelogs of a distribution's archive: source packages, CVEs and the versions that fix them.

Shape: ``{version: 1, releases: {codename: {as_of, detail, sources: {name: [newest version, {fixed version: [CVE]}]}}}}``,
in JSON, compressed or not. A package that is listed without fixes has no fix in its release.
Raises: ValueError.
"""

from collections.abc import Iterator, Mapping
from typing import BinaryIO

import msgspec
from msgspec import Struct

from careen.formats.debian.releases import namespace_of
from careen.model.advisory import Advisory, NamespaceInfo, Range
from careen.safety.budget import Limits
from careen.safety.typed import from_json

SOURCE = "debian-archive"
RPM_SOURCE = "rpm-archive"
VERSION = 1
MAX_BYTES = 64 << 20
_TRACKER = "https://security-tracker.debian.org/tracker"


class SourceFacts(Struct, frozen=True, array_like=True):
    newest: str
    cves_by_version: dict[str, tuple[str, ...]] = {}


class ReleaseFacts(Struct, frozen=True):
    as_of: str  # ISO 8601
    sources: dict[str, SourceFacts]
    detail: str = ""


class ArchiveFacts(Struct, frozen=True):
    releases: dict[str, ReleaseFacts]  # by codename
    version: int = VERSION


def by_version(fixes: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """CVEs by fixed version, from fixed versions by CVE."""
    found: dict[str, list[str]] = {}
    for cve, version in sorted(fixes.items()):
        found.setdefault(version, []).append(cve)
    return {version: tuple(cves) for version, cves in sorted(found.items())}


def read_facts(file: BinaryIO) -> ArchiveFacts:
    from careen.formats.archives.inflate import open_stream  # not for the scans that only use the names of these facts

    stream = open_stream(file, Limits(inflated_bytes=MAX_BYTES))
    try:
        facts = from_json(stream.read(MAX_BYTES), ArchiveFacts)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(f"not a file of facts about packages: {error}") from None
    if facts.version != VERSION:
        raise ValueError(f"a file of facts in version {facts.version} of its format, not {VERSION}")
    return facts


def records_of(codename: str, facts: ReleaseFacts) -> Iterator[Advisory | NamespaceInfo]:
    namespace = namespace_of(codename)
    count = 0
    for package, known in facts.sources.items():
        for version, cves in known.cves_by_version.items():
            ranges = (Range(None, version),)
            for cve in cves:
                count += 1
                yield Advisory(cve, SOURCE, namespace, package, ranges, url=f"{_TRACKER}/{cve}")
    detail = facts.detail or "fixes named in changelogs"
    yield NamespaceInfo(namespace, SOURCE, count, len(facts.sources), partial=True, detail=detail)
