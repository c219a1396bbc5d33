"""Debian's security tracker: every issue of every source package, with its state in each release.

Shape: ``{source package: {issue: {description, releases: {codename: {status, fixed_version, urgency, nodsa_reason}}}}}``.
States: ``resolved`` is fixed, and with version 0 never affected; ``undetermined`` is not a statement yet; ``open`` is
open, will not be fixed (``nodsa_reason: ignored``), is deferred (another or no reason behind a ``nodsa``), or the
release's support of the package has ended (urgency ``end-of-life``). Urgency ``unimportant`` is severity negligible.
``debian/changelog-derived.json`` has the same shape and only the packages whose changelogs were read: partial.
Raises: ValueError.  **Source:** security-tracker documentation, "issue states"; release names of debian.org.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from msgspec import Struct

from careen.formats.debian_releases import namespace_of
from careen.formats.jsonfile import read_json
from careen.model.advisory import Advisory, NamespaceInfo, Range, Severity, Status, VulnerabilityRecord
from careen.plugins import AdvisorySource, Feed, Need, Record

MAX_BYTES = 400 << 20
_TRACKER = "https://security-tracker.debian.org/tracker"
_SEVERITIES: dict[str, Severity] = {"unimportant": "negligible", "low": "low", "medium": "medium", "high": "high"}


class _Release(Struct, gc=False):
    status: str = ""
    fixed_version: str | None = None
    urgency: str = ""
    nodsa: str | None = None
    nodsa_reason: str | None = None


class _Issue(Struct, gc=False):
    releases: dict[str, _Release]
    description: str | None = None


def feeds(need: Need, listing: Callable[[str], tuple[str, ...]]) -> tuple[Feed, ...]:
    if need.namespaces is not None and not any(name.startswith("debian:") for name in need.namespaces):
        return ()
    tracker = Feed("debian/tracker.json", f"{_TRACKER}/data/json", part="tracker")
    if "changelog-derived.json" not in listing("debian"):
        return (tracker,)
    return tracker, Feed("debian/changelog-derived.json", "", part="changelogs")


def parse(feed: Feed, file: Path) -> Iterator[Record]:
    packages = read_json(file, dict[str, dict[str, _Issue]], MAX_BYTES)
    described: set[str] = set()
    namespaces: set[str] = set()
    for package, issues in packages.items():
        for id, issue in issues.items():
            for codename, release in issue.releases.items():
                namespace = namespace_of(codename)
                namespaces.add(namespace)
                if advisory := _advisory(namespace, package, id, release):
                    yield advisory
            if issue.description and id not in described:
                described.add(id)
                yield VulnerabilityRecord(id, "debian", summary=_shortened(issue.description))
    if feed.part == "changelogs":
        for namespace in sorted(namespaces):
            yield NamespaceInfo(
                namespace, "debian", 0, 0, partial=True, detail="fixes named in the changelogs of some packages"
            )


def _advisory(namespace: str, package: str, id: str, release: _Release) -> Advisory | None:
    status = _status(release)
    fixed = release.fixed_version if status == "fixed" else None
    if status == "not_affected" or (status == "fixed" and not fixed):
        return None  # nothing to match, and the package's other issues make it known
    return Advisory(
        id=id,
        source="debian",
        namespace=namespace,
        package=package,
        ranges=(Range(None, fixed),),
        status=status,
        severity=_SEVERITIES.get(release.urgency.rstrip("*"), "unknown"),
        url=f"{_TRACKER}/{id}",
    )


def _status(release: _Release) -> Status:
    if release.fixed_version == "0":
        return "not_affected"
    match release.status:
        case "resolved":
            return "fixed"
        case "undetermined":
            return "undetermined"
        case "open":
            if release.urgency == "end-of-life":
                return "end_of_life"
            if release.nodsa_reason == "ignored":
                return "wont_fix"
            if release.nodsa is not None or release.nodsa_reason is not None:
                return "deferred"
            return "open"
    raise ValueError(f"Debian tracker: unknown status {release.status!r}")


def _shortened(text: str) -> str:
    return text if len(text) <= 200 else text[:199] + "…"


ADVISORY_SOURCE = AdvisorySource(
    name="debian",
    title="Debian security tracker",
    licence="GPL-2.0-or-later for the tracker's data",
    homepage="https://security-tracker.debian.org",
    feeds=feeds,
    parse=parse,
)
