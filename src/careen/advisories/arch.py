"""Arch Linux: vulnerability groups of the security tracker.

Shape: a list of ``{name: "AVG-5", packages, status, severity, fixed, issues: ["CVE-…"]}``. "Fixed" and "Testing" name the
version that fixes the group; "Vulnerable" has none yet; "Not affected" and "Unknown" are ignored.
Raises: ValueError.  **Source:** security.archlinux.org, all.json.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from msgspec import Raw, Struct

from careen.formats.data.json_file import read_json
from careen.formats.feeds.each import read_each
from careen.model.advisory import Advisory, Range, Severity
from careen.plugins import AdvisorySource, Feed, Need, Record
from careen.safety.typed import from_json

MAX_BYTES = 64 << 20
_LIVE = "https://security.archlinux.org"
_SEVERITIES: dict[str, Severity] = {"critical": "critical", "high": "high", "medium": "medium", "low": "low"}


class _Group(Struct, gc=False):
    name: str
    packages: list[str]
    status: str
    severity: str | None = None
    fixed: str | None = None
    issues: list[str] = []


def feeds(need: Need, listing: Callable[[str], tuple[str, ...]]) -> tuple[Feed, ...]:
    if need.namespaces is not None and "arch" not in need.namespaces:
        return ()
    return (Feed("arch/all.json", f"{_LIVE}/all.json"),)


def parse(feed: Feed, file: Path) -> Iterator[Record]:
    yield from read_each(read_json(file, list[Raw], MAX_BYTES), _of_group)


def _of_group(raw: Raw) -> Iterator[Advisory]:
    group = from_json(raw, _Group)
    status = group.status.lower()
    if status in ("not affected", "unknown"):
        return
    if status not in ("fixed", "testing", "vulnerable"):
        raise ValueError(f"{group.name[:40]}: an unknown status {group.status[:40]!r}")
    fixed = group.fixed if status != "vulnerable" else None
    for package in group.packages:
        yield Advisory(
            id=group.name,
            source="arch",
            namespace="arch",
            package=package,
            ranges=(Range(fixed=fixed),) if fixed else (),
            status="fixed" if fixed else "open",
            aliases=tuple(dict.fromkeys(group.issues)),
            severity=_SEVERITIES.get((group.severity or "").lower(), "unknown"),
            url=f"{_LIVE}/{group.name}",
        )


ADVISORY_SOURCE = AdvisorySource(
    name="arch",
    title="Arch Linux security tracker",
    licence="none stated",
    homepage=_LIVE,
    feeds=feeds,
    parse=parse,
    form="JSON",
    size="under 10 MB",
    checked="2026-08-21, vunnel",
)
