"""The text lists of Debian's security tracker: an archive of its repository, instead of its JSON.

Shape: ``data/CVE/list`` has a line for each issue ("CVE-2023-5088 (…)", "CVE-2023-XXXX [no id yet]") and, indented below
it, notes on packages: ``- qemu 1:8.1.1+ds-2 (bug #1; low)`` is about unstable, ``[bookworm] - qemu <no-dsa>`` about
a release. Instead of a version there may be a state: ``<unfixed>``, ``<not-affected>``, ``<no-dsa>``, ``<postponed>``,
``<ignored>``, ``<end-of-life>``, ``<undetermined>``, ``<removed>``, ``<itp>``. ``data/DSA/list`` and ``data/DLA/list`` have the
advisories with the issues that each fixes ("{CVE-…}") and the fixed version of each release. ``data/config.json`` names
the releases; those with a role ("stable", "testing") are maintained.
A release takes its state from its own line, else from its advisories, else from the version that fixes the issue in
unstable: older versions are affected, without a fix in that release.
Raises: ValueError.  **Source:** security-tracker documentation, "Automatic issue updates" and "The CVE/list file".
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import msgspec
from msgspec import Struct

from careen.formats.archives.tar_archive import chosen
from careen.safety.typed import from_json

MAX_LIST_BYTES = 512 << 20
MAX_ARCHIVE_BYTES = 8 << 30
MAX_LINE = 20_000
MAX_NOTES = 10_000  # of one issue
UNSTABLE = "sid"
_LISTS = re.compile(r"(?:.*/)?data/((?:CVE|DSA|DLA)/list|config\.json)")
_ISSUE = re.compile(r"(?P<id>CVE-\d{4}-(?:\d{4,19}|XXXX)|TEMP-[\w-]{1,40})(?:\s+(?P<about>[(\[].*))?")
_ADVISORY = re.compile(r"\[[^\]]*\] (?P<id>D[SL]A-\d+(?:-\d+)?) ")
_NOTE = re.compile(
    r"\s+(?:\[(?P<release>[\w-]+)\]\s+)?- (?P<package>[a-z0-9][\w.+-]*)"
    r"(?:\s+(?:<(?P<state>[a-z-]+)>|(?P<version>[^\s<(][^\s(]*)))?(?:\s+\((?P<more>.*)\))?\s*"
)
_URGENCY = re.compile(r"(?:^|; ?)(unimportant|low|medium|high)(?=;|$)")
_BUG = re.compile(r"bug #(\d{1,7})")


class Note(NamedTuple):
    """The state of one issue of a source package in one release."""

    issue: str
    package: str
    release: str  # codename
    state: str  # "fixed", or as the list writes it: "unfixed", "no-dsa", "not-affected"
    version: str = ""  # the fixed version there; with any other state the version that fixes it in unstable
    urgency: str = ""
    advisory: str = ""  # DSA or DLA


class Issue(NamedTuple):
    id: str
    summary: str
    notes: tuple[Note, ...]


class _Entry(NamedTuple):
    package: str
    release: str  # "" for unstable
    state: str
    version: str
    urgency: str
    bug: str


class _Distribution(Struct, gc=False):
    release: str = ""


class _Config(Struct, gc=False):
    distributions: dict[str, _Distribution]


def issues(file: Path) -> Iterator[Issue]:
    lists = {}
    for path, data in chosen(file, lambda path: _LISTS.fullmatch(path) is not None, MAX_LIST_BYTES, MAX_ARCHIVE_BYTES):
        lists["/".join(path.split("/")[-2:])] = data
    if "CVE/list" not in lists:
        raise ValueError("it has no data/CVE/list")
    advised: dict[str, list[Note]] = {}
    for name in ("DSA/list", "DLA/list"):
        for note in _advised(_lines(lists.get(name, b""))):
            advised.setdefault(note.issue, []).append(note)
    kept_up = _releases(lists.get("data/config.json", b""))
    for issue, about, entries in _listed(_lines(lists["CVE/list"])):
        yield Issue(issue, about, tuple(_settled(issue, entries, advised.pop(issue, ()), kept_up)))
    for issue, notes in advised.items():
        yield Issue(issue, "", tuple(_settled(issue, [], notes, ())))


def _lines(data: bytes) -> Iterator[str]:
    return (line[:MAX_LINE].decode("utf-8", "replace").rstrip() for line in BytesIO(data))


def _releases(data: bytes) -> tuple[str, ...]:
    """The codenames of maintained releases, without unstable; () if the file names none."""
    if not data:
        return ()
    try:
        found = from_json(data, _Config).distributions
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(f"data/config.json: {error}") from None
    return tuple(sorted(name for name, about in found.items() if about.release and name != UNSTABLE))


def _advised(lines: Iterator[str]) -> Iterator[Note]:
    """The notes of a list of advisories, newest first, as in the file."""
    advisory, issues = "", tuple[str, ...]()
    for line in lines:
        if found := _ADVISORY.match(line):
            advisory, issues = found["id"], ()
        elif line.lstrip().startswith("{"):
            issues = tuple(line.strip().strip("{}").split())
        elif (note := _NOTE.fullmatch(line)) and note["release"] and note["version"] and advisory:
            for issue in issues:
                yield Note(issue, note["package"], note["release"], "fixed", note["version"], advisory=advisory)


def _listed(lines: Iterator[str]) -> Iterator[tuple[str, str, list[_Entry]]]:
    """(issue, description, notes) of each issue that has notes on packages."""
    issue, about, entries = "", "", list[_Entry]()
    for line in lines:
        if line[:1].isspace():
            if issue and (found := _NOTE.fullmatch(line)) and len(entries) < MAX_NOTES:
                entries.append(_entry(found))
            continue
        if entries:
            yield _name(issue, about, entries), about, entries
        head = _ISSUE.fullmatch(line)
        issue, about, entries = head["id"] if head else "", _text((head["about"] or "") if head else ""), []
    if entries:
        yield _name(issue, about, entries), about, entries


def _entry(found: re.Match[str]) -> _Entry:
    more = found["more"] or ""
    urgency, bug = _URGENCY.search(more), _BUG.search(more)
    state = found["state"] or ("fixed" if found["version"] else "unfixed")
    return _Entry(
        found["package"],
        found["release"] or "",
        state,
        found["version"] or "",
        urgency[1] if urgency else "",
        bug[1] if bug else "",
    )


def _text(about: str) -> str:
    return about.strip().lstrip("([").rstrip(")]").removesuffix(" ...").strip()


def _name(issue: str, about: str, entries: list[_Entry]) -> str:
    """The name of an issue. One without an id gets the tracker's name: the bug, and a digest of the description."""
    if not issue.endswith("XXXX"):
        return issue
    bug = next((entry.bug for entry in entries if entry.bug), "0")
    digest = hashlib.md5(about.encode(), usedforsecurity=False).hexdigest()[:6].upper()
    return f"TEMP-{int(bug):07d}-{digest}"


def _settled(issue: str, entries: list[_Entry], advised: Sequence[Note], kept_up: tuple[str, ...]) -> Iterator[Note]:
    """One note for each package and release: from its own line, else its advisories, else the version that fixes it
    in unstable."""
    general = {entry.package: entry for entry in entries if not entry.release}
    own: dict[tuple[str, str], Note] = {}
    for entry in entries:
        if entry.release and entry.release != "experimental":
            fallback = general.get(entry.package)
            later = fallback.version if fallback and entry.state != "fixed" else ""
            urgency = entry.urgency or (fallback.urgency if fallback else "")
            note = Note(issue, entry.package, entry.release, entry.state, entry.version or later, urgency)
            own.setdefault((entry.package, entry.release), note)
    for note in advised:
        fallback = general.get(note.package)
        own.setdefault((note.package, note.release), note._replace(urgency=fallback.urgency if fallback else ""))
    for package, entry in general.items():
        own.setdefault((package, UNSTABLE), Note(issue, package, UNSTABLE, entry.state, entry.version, entry.urgency))
        state = "unfixed" if entry.state in ("fixed", "removed") else entry.state
        for release in kept_up:
            own.setdefault((package, release), Note(issue, package, release, state, entry.version, entry.urgency))
    yield from own.values()
