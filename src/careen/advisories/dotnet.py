""".NET: the vulnerabilities that each release of a channel fixes, from the release metadata.

Shape: ``{channel-version, releases: [{release-version, cve-list: [{cve-id}], runtime: {version}, sdks: [{version}]}]}``, one
file a channel. An older release of the channel is affected by everything that a later release fixes. The metadata do not
name the affected component, so the runtime's packages (``Microsoft.NETCore.App.Runtime.linux-x64``) and the SDK, which
contains everything, are matched with confidence *likely*. An SDK is fixed within its feature band (8.0.1xx, 8.0.4xx).
Raises: ValueError.  **Source:** dotnet/core, release-notes; .NET, "Download .NET releases programmatically".
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

from msgspec import Raw, Struct

from careen.formats.data.json_file import read_json
from careen.formats.feeds.each import read_each
from careen.model.advisory import Advisory, NamespaceInfo, Range, VulnerabilityRecord
from careen.plugins import AdvisorySource, Feed, Need, Record
from careen.safety.typed import from_json

MAX_BYTES = 64 << 20
NAMESPACES = ("NuGet", ".NET")
_HOME = "https://github.com/dotnet/core"
_LIVE = "https://builds.dotnet.microsoft.com/dotnet/release-metadata"
_FOLDER = "dotnet/release-metadata"
_PLATFORMS = (
    "linux-arm", "linux-arm64", "linux-musl-arm", "linux-musl-arm64", "linux-musl-x64", "linux-x64", "win-arm64", "win-x64",
    "win-x86",
)  # fmt: skip
_CHANNEL = re.compile(r"\d{1,3}\.\d{1,3}")
_RUNTIME = re.compile(r"\d{1,3}\.\d{1,3}\.\d{1,4}(?:-[A-Za-z0-9.-]{1,100})?")
_SDK = re.compile(r"(\d{1,3}\.\d{1,3})\.(\d)(\d\d)")


class _Cve(Struct, gc=False, rename="kebab"):
    cve_id: str = ""


class _Component(Struct, gc=False, rename="kebab"):
    version: str | None = None


class _Release(Struct, gc=False, rename="kebab"):
    release_version: str
    release_date: str = ""
    cve_list: list[_Cve] | None = None
    release_notes: str | None = None
    runtime: _Component | None = None
    sdk: _Component | None = None
    sdks: list[_Component] | None = None


class _Channel(Struct, gc=False, rename="kebab"):
    channel_version: str
    releases: list[Raw]


def feeds(need: Need, listing: Callable[[str], tuple[str, ...]]) -> tuple[Feed, ...]:
    if need.namespaces is not None and need.namespaces.isdisjoint(NAMESPACES):
        return ()
    listed = listing(_FOLDER) or listing(f"{_LIVE}/releases-index.json")
    channels = [name for name in listed if _CHANNEL.fullmatch(name)]
    return tuple(Feed(f"{_FOLDER}/{channel}/releases.json", f"{_LIVE}/{channel}/releases.json") for channel in channels)


def parse(feed: Feed, file: Path) -> Iterator[Record]:
    channel = read_json(file, _Channel, MAX_BYTES)
    if not _CHANNEL.fullmatch(channel.channel_version):
        raise ValueError(f"no channel: {channel.channel_version[:40]!r}")
    yield from read_each(channel.releases, partial(_records, channel.channel_version))
    yield NamespaceInfo("NuGet", "dotnet", 0, 0, partial=True, detail="of the runtime alone")


def _records(channel: str, raw: Raw) -> Iterator[Record]:
    release = from_json(raw, _Release)
    cves = tuple(dict.fromkeys(id for cve in release.cve_list or () if (id := cve.cve_id.strip()).startswith("CVE-")))
    if not cves or len(release.release_version) > 100:
        return
    sdks = [sdk.version or "" for sdk in (*(release.sdks or ()), *((release.sdk,) if release.sdk else ()))]
    if ranges := _sdk_ranges(channel, sdks):
        yield _advisory(release, cves, ".NET", "dotnet-sdk", ranges)
    fixed = release.runtime.version if release.runtime else None
    if fixed and _RUNTIME.fullmatch(fixed) and fixed.startswith(f"{channel}."):
        ranges = (Range(f"{channel}.0-0", fixed),)
        for platform in _PLATFORMS:
            yield _advisory(release, cves, "NuGet", f"Microsoft.NETCore.App.Runtime.{platform}", ranges)
    for cve in cves:
        yield VulnerabilityRecord(cve, "dotnet", published=release.release_date[:10])


def _advisory(release: _Release, cves: tuple[str, ...], namespace: str, package: str, ranges: tuple[Range, ...]) -> Advisory:
    notes = release.release_notes or ""
    return Advisory(
        id=f"dotnet-{release.release_version}",
        source="dotnet",
        namespace=namespace,
        package=package,
        ranges=ranges,
        aliases=cves,
        confidence="likely",
        url=notes if notes.startswith("https://") and len(notes) < 300 else _HOME,
    )


def _sdk_ranges(channel: str, versions: Iterable[str]) -> tuple[Range, ...]:
    """A range for each feature band, from its first version to its fix. A band without a fix counts as older than the
    next band's fix."""
    found = [match for version in versions if (match := _SDK.fullmatch(version)) and match[1] == channel]
    fixed: dict[int, str] = {}
    for match in found:
        fixed[int(match[2])] = max(match[3], fixed.get(int(match[2]), ""))
    ranges, start = [], 1
    for band, patch in sorted(fixed.items()):
        ranges.append(Range(f"{channel}.{min(start, band)}00-0", f"{channel}.{band}{patch}"))
        start = band + 1
    return tuple(ranges)


ADVISORY_SOURCE = AdvisorySource(
    name="dotnet",
    title=".NET release metadata",
    licence="MIT",
    homepage=_HOME,
    feeds=feeds,
    parse=parse,
    form="JSON",
    size="under 10 MB",
    checked="2026-07-24, dotnet/core",
)
