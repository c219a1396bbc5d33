"""Jenkins and its plug-ins: the warnings that its update site shows.

Shape: ``[{id: "SECURITY-208", type: "core" | "plugin", name, message, url, versions: [{firstVersion, lastVersion,
pattern}]}]``. The pattern decides, as in Jenkins itself: fixes are often backported to releases below ``lastVersion``, the
newest affected version. Expressions from a feed are not run: ``version_pattern`` reads the small part of them that warnings
use. Without such a pattern the versions up to ``lastVersion`` are affected, and the advisory is only ``likely``.
A warning has neither CVE nor severity; the security id in its own one joins it to the advisory of another source.
Raises: ValueError.  **Source:** jenkins-infra/update-center2, resources/warnings.json and its README.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from msgspec import Raw, Struct

from careen.formats.data.json_file import read_json
from careen.formats.feeds.each import read_each
from careen.formats.version_text.version_pattern import MAX_LENGTH, version_pattern
from careen.model.advisory import Advisory, Range, VulnerabilityRecord
from careen.plugins import AdvisorySource, Feed, Need, Record
from careen.safety.typed import from_json

MAX_BYTES = 64 << 20
NAMESPACE = "Jenkins"
_HOME = "https://www.jenkins.io/security/advisories/"
_LIVE = "https://raw.githubusercontent.com/jenkins-infra/update-center2/master/resources/warnings.json"
_NUMBERS = re.compile(r"(\d+)\.(\d+)(?:\.\d+)*(-?[a-z].*)?", re.ASCII | re.IGNORECASE)
_MAX_LENGTH = 200
_EVERY = ".*"
# SECURITY-1013-1 and SECURITY-1295/1 are parts of a vulnerability, SECURITY-2617-credentials is its effect on one
# plug-in, SECURITY-566-567 are several.
_ID = re.compile(r"SECURITY-([0-9]{1,6}(?:-[0-9]{3,6})*)(?:[-/]([0-9]{1,2}))?(?:-[A-Za-z].*)?", re.ASCII)


class _Versions(Struct, gc=False, rename="camel"):
    first_version: str | None = None
    last_version: str | None = None
    pattern: str | None = None


class _Warning(Struct, gc=False):
    id: str
    type: str
    name: str
    message: str = ""
    url: str = ""
    versions: list[_Versions] = []


def feeds(need: Need, listing: Callable[[str], tuple[str, ...]]) -> tuple[Feed, ...]:
    if need.namespaces is not None and NAMESPACE not in need.namespaces:
        return ()
    return (Feed("jenkins/warnings.json", _LIVE),)


def parse(feed: Feed, file: Path) -> Iterator[Record]:
    yield from read_each(read_json(file, list[Raw], MAX_BYTES), _records)


def _records(raw: Raw) -> Iterator[Record]:
    warning = from_json(raw, _Warning)
    if warning.type not in ("core", "plugin") or max(len(warning.id), len(warning.name)) > _MAX_LENGTH:
        return
    ranges = tuple(_ranges(warning.versions))
    pattern = _pattern(warning.versions)
    if not ranges and not pattern:
        return
    bounded = all(range.last_affected for range in ranges)
    aliases = _aliases(warning.id)
    yield Advisory(
        id=warning.id,
        source="jenkins",
        namespace=NAMESPACE,
        package=warning.name,
        ranges=ranges,
        status="fixed" if bounded else "open",
        aliases=aliases,
        confidence="confirmed" if pattern or not bounded else "likely",
        url=warning.url if warning.url.startswith("https://") else _HOME,
        pattern=pattern,
    )
    yield VulnerabilityRecord(warning.id, "jenkins", aliases, warning.message[:_MAX_LENGTH])


def _ranges(versions: list[_Versions]) -> Iterator[Range]:
    """The ranges of a warning. Two entries are two release lines, each with its own fix: 2.46.1 (fixed by 2.46.2),
    and from 2.47 to 2.56.

    A pattern for every version means that none has a fix: ``lastVersion`` was the newest version then.
    """
    if any(entry.pattern == _EVERY for entry in versions):
        yield Range()
        return
    known = [(last.removeprefix("LTS ").strip(), entry) for entry in versions if (last := entry.last_version)]
    known.sort(key=lambda item: _line(item[0]))
    before = ""
    for last, entry in known:
        exactly = (entry.pattern or "").startswith(f"({last.replace('.', '[.]')})")
        yield Range(entry.first_version or (last if exactly else _start(before, last)), None, last)
        before = last


def _pattern(versions: list[_Versions]) -> str:
    """One pattern for all entries; "" if every version is affected, or if one of the patterns cannot be read."""
    patterns = [entry.pattern or "" for entry in versions]
    joined = patterns[0] if len(patterns) == 1 else "|".join(f"(?:{pattern})" for pattern in patterns)
    if not all(patterns) or _EVERY in patterns or len(joined) > MAX_LENGTH:
        return ""
    try:
        version_pattern(joined)
    except ValueError:
        return ""
    return joined


def _aliases(id: str) -> tuple[str, ...]:
    """The other names of a vulnerability, which the page of its advisory, and so other sources, use."""
    found = _ID.fullmatch(id)
    if not found:
        return ()
    part = f" ({int(found[2])})" if found[2] else ""
    return tuple(name for number in found[1].split("-") if (name := f"SECURITY-{number}{part}") != id)


def _line(version: str) -> tuple[int, int]:
    found = _NUMBERS.match(version)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def _start(before: str, last: str) -> str | None:
    """The first version of a release line: the one after the line before it, or the first pre-release of ``last``;
    None for the first line."""
    if not before:
        return None
    found = _NUMBERS.fullmatch(last)
    if found and found[3]:
        return f"{last.removesuffix(found[3])}-alpha"
    major, minor = _line(before)
    return f"{major}.{minor + 1}"


ADVISORY_SOURCE = AdvisorySource(
    name="jenkins",
    title="Jenkins security warnings, core and plug-ins",
    licence="MIT",
    homepage=_HOME,
    feeds=feeds,
    parse=parse,
    form="JSON",
    size="under 10 MB",
    checked="2026-07-21, jenkins-infra/update-center2",
)
