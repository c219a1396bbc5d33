"""An OSV record, only the fields that are read; lenient, since many databases write them.

**Source:** OSV schema 1.7; what each database puts into ``database_specific`` and ``ecosystem_specific``.
"""

from typing import Any

from msgspec import Raw, Struct


class Event(Struct, gc=False):
    introduced: str | None = None
    fixed: str | None = None
    last_affected: str | None = None
    limit: str | None = None


class EventRange(Struct, gc=False):
    type: str = ""
    events: list[Event] | None = None


class Package(Struct, gc=False):
    ecosystem: str
    name: str


class Scored(Struct, gc=False):
    type: str = ""
    score: Any = None
    source: str | None = None


class Specific(Struct, gc=False):
    """``database_specific`` and ``ecosystem_specific`` of an affected package: the fields that are read, of all
    databases together."""

    informational: Any = None
    categories: Any = None
    fixed_versions: Any = None
    exclusive_lower_bound: Any = None
    source_range: Any = None
    name_mapping: Any = None
    last_known_affected_version_range: Any = None
    ubuntu_status: Any = None
    detail: Any = None
    imports: Any = None


class AffectedImport(Struct, gc=False):
    """An entry of ``imports``, in Go's records."""

    path: str
    symbols: list[str] | None = None


class Affected(Struct, gc=False):
    package: Package | None = None
    ranges: list[EventRange] | None = None
    versions: list[str] | None = None
    severity: list[Scored] | None = None
    database_specific: Specific | None = None
    ecosystem_specific: Specific | None = None


class RecordSpecific(Struct, gc=False):
    severity: Any = None
    cwe_ids: Any = None
    cvss_v3_score: Any = None
    cvss_v2_score: Any = None


class Record(Struct, gc=False):
    id: str
    withdrawn: str | None = None
    aliases: list[str] | None = None
    upstream: list[str] | None = None
    related: list[str] | None = None
    summary: str | None = None
    details: str | None = None
    published: str | None = None
    severity: list[Scored] | None = None
    affected: list[Affected] | None = None
    references: Raw = Raw()  # searched as text, since few records need them
    database_specific: RecordSpecific | None = None
