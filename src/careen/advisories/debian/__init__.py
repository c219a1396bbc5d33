"""Debian's security tracker: every issue of every source package, with its state in each release.

Shape: ``{source package: {issue: {description, releases: {codename: {status, fixed_version, urgency, nodsa_reason}}}}}``.
States: ``resolved`` is fixed, and with version 0 never affected; ``undetermined`` is not a statement yet; ``open`` is
open, will not be fixed (``nodsa_reason: ignored``), is deferred (another or no reason after a ``nodsa``), or means that the
release's support of the package has ended (urgency ``end-of-life``). Urgency ``unimportant`` is severity negligible.
Each issue repeats the versions that a supported release has of its package (``repositories: {suite: version}``).
``debian/changelog-derived.json`` has the same shape but only the packages whose changelogs were read: partial.

A mirror may have the same data in other forms. Careen reads the first form that the mirror has:
- ``tracker.json``;
- the tracker's repository (``security-tracker*.tar.gz``, see ``advisories.debian.lists``). It does not state how a fix in
  unstable relates to a release: older versions are affected there, without a fix;
- Debian's OVAL by release (``oval-definitions-<codename>.xml``): fixes alone. Version 0 there may mean "never affected" or
  "no fix yet", so it is ignored.
Raises: ValueError.  **Source:** security-tracker documentation, "issue states"; release names of debian.org; OVAL 5.11.
"""

import re
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from msgspec import Raw, Struct

from careen.advisories.debian import lists
from careen.formats.data.json_file import read_json
from careen.formats.debian.releases import namespace_of
from careen.formats.feeds.each import read_each
from careen.formats.feeds.oval import Definition, definitions
from careen.model.advisory import Advisory, Listed, NamespaceInfo, PassedOver, Range, Severity, Status, VulnerabilityRecord
from careen.plugins import AdvisorySource, Feed, Need, Record
from careen.safety.typed import from_json

MAX_BYTES = 400 << 20
MAX_OVAL_BYTES = 2 << 30
_TRACKER = "https://security-tracker.debian.org/tracker"
_LISTS = re.compile(r"security-tracker[\w.-]*\.tar\.(?:gz|bz2|xz|zst)")
_OVAL = re.compile(r"oval-definitions-([a-z]+)\.xml(?:\.bz2|\.gz|\.xz)?")
_REBUILD = re.compile(r"(~deb\d{1,3})u\d{1,3}")
_ADVISORY = re.compile(r"D[SL]A-\d+(?:-\d+)?")
_STATES: dict[str, Status] = {
    "fixed": "fixed", "unfixed": "open", "no-dsa": "deferred", "postponed": "deferred", "ignored": "wont_fix",
    "end-of-life": "end_of_life", "undetermined": "undetermined", "removed": "open",
}  # fmt: skip
_SILENT = frozenset({"not-affected", "itp", "rejected", "reserved"})  # nothing to match
_SEVERITIES: dict[str, Severity] = {"unimportant": "negligible", "low": "low", "medium": "medium", "high": "high"}


class _Release(Struct, gc=False):
    status: str = ""
    fixed_version: str | None = None
    urgency: str = ""
    nodsa: str | None = None
    nodsa_reason: str | None = None
    repositories: Raw = Raw(b"{}")


class _Issue(Struct, gc=False):
    releases: dict[str, Raw]
    description: str | None = None


def feeds(need: Need, listing: Callable[[str], tuple[str, ...]]) -> tuple[Feed, ...]:
    if need.namespaces is not None and not any(name.startswith("debian:") for name in need.namespaces):
        return ()
    names = listing("debian")
    found = _knowledge(names)
    if "changelog-derived.json" not in names:
        return found
    return *found, Feed("debian/changelog-derived.json", "", part="changelogs")


def _knowledge(names: tuple[str, ...]) -> tuple[Feed, ...]:
    """The feeds of the most complete form that the mirror has."""
    if "tracker.json" not in names:
        if lists := next(filter(_LISTS.fullmatch, names), ""):
            return (Feed(f"debian/{lists}", "", compressed=True, part="lists", kept_as="debian/security-tracker"),)
        oval = {found[1]: name for name in names if (found := _OVAL.fullmatch(name))}
        if oval:
            return tuple(Feed(f"debian/{name}", "", compressed=True, part=release) for release, name in oval.items())
    return (Feed("debian/tracker.json", f"{_TRACKER}/data/json", part="tracker"),)


def parse(feed: Feed, file: Path) -> Iterator[Record]:
    if feed.part == "lists":
        yield from _of_lists(file)
    elif feed.part in ("tracker", "changelogs"):
        yield from _of_tracker(feed, file)
    else:
        yield from _of_oval(file)


def _of_tracker(feed: Feed, file: Path) -> Iterator[Record]:
    packages = read_json(file, dict[str, dict[str, Raw]], MAX_BYTES)
    described: set[str] = set()
    namespaces: set[str] = set()
    suites: dict[str, set[bytes]] = {}

    def records_of(item: tuple[str, str, Raw]) -> Iterator[Record]:
        package, id, raw = item
        issue = from_json(raw, _Issue)
        for codename, raw_release in issue.releases.items():
            namespace = namespace_of(codename)
            try:
                release = from_json(raw_release, _Release)
                advisory = _advisory(namespace, package, id, release)
            except ValueError as error:
                yield PassedOver(f"{id} of {package} in {codename}: {error}", (id,), namespace, package)
                continue
            namespaces.add(namespace)
            suites.setdefault(package, set()).add(bytes(release.repositories))
            if advisory:
                yield advisory
        if issue.description and id not in described:
            described.add(id)
            yield VulnerabilityRecord(id, "debian", summary=_shortened(issue.description))

    yield from read_each(((package, id, raw) for package, issues in packages.items() for id, raw in issues.items()), records_of)
    if feed.part == "tracker":
        for package, repositories in suites.items():
            yield from _listed(package, repositories)
    if feed.part == "changelogs":
        for namespace in sorted(namespaces):
            yield NamespaceInfo(
                namespace, "debian", 0, 0, partial=True, detail="fixes named in the changelogs of some packages"
            )


def _listed(package: str, repositories: Collection[bytes]) -> Iterator[Record]:
    """The versions that the suites of each release have, from ``{suite: version}`` in JSON."""
    found: dict[str, set[str]] = {}
    for raw in repositories:
        try:
            versions = from_json(raw, dict[str, str])
        except ValueError as error:
            yield PassedOver(f"versions of {package}: {error}", (package,), package=package)
            continue
        for suite, version in versions.items():
            found.setdefault(namespace_of(suite.partition("-")[0]), set()).add(version)
    for namespace, versions_there in sorted(found.items()):
        yield Listed(namespace, package, tuple(sorted(versions_there)))


def _advisory(namespace: str, package: str, id: str, release: _Release) -> Advisory | None:
    status = _status(release)
    fixed = _fixed(release) if status == "fixed" else None
    if status == "not_affected" or (status == "fixed" and not fixed):
        return None  # nothing to match, and the package's other issues show that it is known
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


def _fixed(release: _Release) -> str | None:
    """The fixed version. If the release has it as a rebuild (``1.2-3~deb12u4`` of 1.2-3), which is older by its name, the first
    rebuild of it has the fix: "resolved" is about the version that the release has.
    """
    version = release.fixed_version
    if not version or b"~deb" not in bytes(release.repositories):
        return version
    there = from_json(release.repositories, dict[str, str]).values()
    rebuilds = (_REBUILD.fullmatch(text.removeprefix(version)) for text in there if text.startswith(version))
    return next((f"{version}{rebuild[1]}u1" for rebuild in rebuilds if rebuild), version)


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
    raise ValueError(f"an unknown status {release.status[:40]!r}")


def _of_lists(file: Path) -> Iterator[Record]:
    found = False
    for issue in lists.issues(file):
        for note in issue.notes:
            if note.state not in _STATES and note.state not in _SILENT:
                reason = f"{note.issue} of {note.package}: an unknown state {note.state!r}"
                yield PassedOver(reason, (note.issue,), namespace_of(note.release), note.package)
            if advisory := _noted(note):
                found = True
                yield advisory
        if issue.summary:
            yield VulnerabilityRecord(issue.id, "debian", summary=_shortened(issue.summary))
    if not found:
        raise ValueError("its lists name no issue of a package")


def _noted(note: lists.Note) -> Advisory | None:
    status = _STATES.get(note.state)
    if status is None or note.version == "0":
        return None
    # Versions older than the fix in unstable are affected; a backport, which ``~`` makes older still, has that fix.
    range = Range(None, note.version) if status == "fixed" else Range(last_affected=f"{note.version}~")
    return Advisory(
        id=note.issue,
        source="debian",
        namespace=namespace_of(note.release),
        package=note.package,
        ranges=(range,) if note.version else (),
        status=status,
        aliases=(note.advisory,) if note.advisory else (),
        severity=_SEVERITIES.get(note.urgency, "unknown"),
        url=f"{_TRACKER}/{note.issue}",
    )


def _of_oval(file: Path) -> Iterator[Record]:
    """The records of an OVAL file: definitions of issues come before those of advisories, which repeat the issues."""
    found: dict[tuple[str, str, str], Advisory] = {}
    seen = False
    for definition in definitions(file, MAX_OVAL_BYTES):
        seen = True
        for advisory in _defined(definition):
            key = (advisory.namespace, advisory.package, advisory.id)
            if key not in found or found[key].aliases:
                found[key] = advisory
    if not seen:
        raise ValueError("it holds no OVAL definitions")
    yield from found.values()


def _defined(definition: Definition) -> Iterator[Advisory]:
    named = _ADVISORY.match(definition.title)
    for test in definition.tested:
        release = test.product.removeprefix("Debian ")
        if test.status != "fixed" or not release.isdecimal() or test.evr.removeprefix("0:") == "0":
            continue
        for cve in definition.cves:
            yield Advisory(
                id=cve,
                source="debian",
                namespace=f"debian:{release}",
                package=test.package,
                ranges=(Range(fixed=test.evr),),
                aliases=(named[0],) if named else (),
                severity=definition.severity,
                url=f"{_TRACKER}/{cve}",
            )


def _shortened(text: str) -> str:
    return text if len(text) <= 200 else text[:199] + "…"


ADVISORY_SOURCE = AdvisorySource(
    name="debian",
    title="Debian security tracker",
    licence="GPL-2.0-or-later for the tracker's data",
    homepage="https://security-tracker.debian.org",
    feeds=feeds,
    parse=parse,
    form="JSON",
    size="under 100 MB",
    renewed="hourly",
    checked="2026-08-21, vunnel",
)
