"""OpenSSL itself, for copies that no package manager installed.

Shape: CVE records, ``{cveMetadata: {cveId, state}, containers: {cna: {title, datePublic, affected: [{versions: [{version,
lessThan | lessThanOrEqual, status}]}], metrics: [{other: {content: {text: "Moderate"}}}]}}}``, one file each in a compressed
tar of the project's repository of records, or a single record.
Raises: ValueError if the file has no record; a damaged record is skipped.
**Source:** openssl/release-metadata, secjson; CVE Record Format 5.1; OpenSSL Security Policy, severities.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from careen.formats.archives.tar_archive import documents
from careen.formats.data.json_file import read_bounded
from careen.formats.feeds.each import read_each
from careen.model.advisory import Advisory, Range, Severity, VulnerabilityRecord
from careen.plugins import AdvisorySource, Feed, Need, Record
from careen.safety.typed import from_json

MAX_BYTES = 256 << 20
MAX_RECORD_BYTES = 4 << 20
NAMESPACE = "OpenSSL"
_HOME = "https://openssl-library.org/news/vulnerabilities/"
_LIVE = "https://codeload.github.com/openssl/release-metadata/tar.gz/refs/heads/main"
_SEVERITIES: dict[str, Severity] = {"critical": "critical", "high": "high", "moderate": "medium", "low": "low"}


class _Version(Struct, gc=False, rename="camel"):
    version: str
    status: str = ""
    less_than: str | None = None
    less_than_or_equal: str | None = None


class _Affected(Struct, gc=False):
    product: str = ""
    versions: list[_Version] = []


class _Text(Struct, gc=False):
    text: str = ""


class _Other(Struct, gc=False):
    content: _Text = msgspec.field(default_factory=_Text)


class _Metric(Struct, gc=False):
    other: _Other | None = None


class _Problem(Struct, gc=False, rename="camel"):
    cwe_id: str = ""


class _ProblemType(Struct, gc=False):
    descriptions: list[_Problem] = []


class _Reference(Struct, gc=False):
    url: str = ""
    tags: list[str] = []


class _Statement(Struct, gc=False, rename="camel"):
    affected: list[_Affected]
    title: str = ""
    date_public: str = ""
    metrics: list[_Metric] = []
    problem_types: list[_ProblemType] = []
    references: list[_Reference] = []


class _Containers(Struct, gc=False):
    cna: _Statement


class _Metadata(Struct, gc=False, rename="camel"):
    cve_id: str
    state: str = "PUBLISHED"


class _Cve(Struct, gc=False, rename="camel"):
    cve_metadata: _Metadata
    containers: _Containers


def feeds(need: Need, listing: Callable[[str], tuple[str, ...]]) -> tuple[Feed, ...]:
    if need.namespaces is not None and NAMESPACE not in need.namespaces:
        return ()
    return (Feed("openssl/release-metadata.tar.gz", _LIVE, compressed=True),)


def parse(feed: Feed, file: Path) -> Iterator[Record]:
    with file.open("rb") as stream:
        alone = stream.read(1) == b"{"
    found = False
    single = (bytes(read_bounded(file, MAX_RECORD_BYTES)),) if alone else ()

    def records_of(data: bytes) -> Iterator[Record]:
        nonlocal found
        found = True
        record = from_json(data, _Cve)
        if record.cve_metadata.state == "PUBLISHED" and len(record.cve_metadata.cve_id) <= 40:
            yield from _records(record.cve_metadata.cve_id, record.containers.cna)

    # (Beside them, in the same folder, are statements about releases.)
    files = (data for data in single or documents(file, ".json", MAX_RECORD_BYTES, MAX_BYTES) if b'"cveMetadata"' in data)
    yield from read_each(files, records_of)
    if not found:
        raise ValueError("no CVE record in it")


def _records(id: str, statement: _Statement) -> Iterator[Record]:
    versions = [version for affected in statement.affected for version in affected.versions if version.status == "affected"]
    severity = next((metric.other.content.text.lower() for metric in statement.metrics if metric.other), "")
    advisory = (
        reference.url
        for reference in statement.references
        if "vendor-advisory" in reference.tags and reference.url.startswith("https://")
    )
    ranges = tuple(dict.fromkeys(map(_range, versions)))
    if not ranges:
        return
    yield Advisory(
        id=id,
        source="openssl",
        namespace=NAMESPACE,
        package="openssl",
        ranges=ranges,
        status="fixed" if any(range.fixed for range in ranges) else "open",
        severity=_SEVERITIES.get(severity, "unknown"),
        url=next(advisory, _HOME),
    )
    cwes = dict.fromkeys(
        description.cwe_id for problem in statement.problem_types for description in problem.descriptions if description.cwe_id
    )
    yield VulnerabilityRecord(
        id, "openssl", summary=statement.title[:200], published=statement.date_public[:10], cwes=tuple(cwes)
    )


def _range(version: _Version) -> Range:
    low = None if version.version in ("0", "unspecified") else version.version
    if version.less_than:
        return Range(low, version.less_than)
    return Range(low, None, version.less_than_or_equal or version.version)


ADVISORY_SOURCE = AdvisorySource(
    name="openssl",
    title="OpenSSL vulnerabilities",
    licence="Apache-2.0",
    homepage=_HOME,
    feeds=feeds,
    parse=parse,
    form="JSON, CVE records, in a tar",
    size="under 10 MB",
    checked="2026-09-29, openssl/release-metadata",
)
