"""The lists that Debian's security tracker is kept in: an archive of its repository, in place of its JSON.

Shape: ``data/CVE/list`` has a line for each issue ("CVE-2023-5088 (…)", "CVE-2023-XXXX [no id yet]") and, indented below
it, what is known of packages: ``- qemu 1:8.1.1+ds-2 (bug #1; low)`` speaks of unstable, ``[bookworm] - qemu <no-dsa>`` of
a release. In the place of a version stands a state: ``<unfixed>``, ``<not-affected>``, ``<no-dsa>``, ``<postponed>``,
``<ignored>``, ``<end-of-life>``, ``<undetermined>``, ``<removed>``, ``<itp>``. ``data/DSA/list`` and ``data/DLA/list`` have the
advisories with the issues that each mends ("{CVE-…}") and the fixed version of each release. ``data/config.json`` names
the releases; those with a role ("stable", "testing") are kept up to date.
A release is judged by its own line, else by its advisories, else by the version that mends the issue in unstable: what is
older has it, and has no fix in that release.
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
    """What is said of one issue of a source package in one release."""

    issue: str
    package: str
    release: str  # codename
    state: str  # "fixed", or as it is written: "unfixed", "no-dsa", "not-affected"
    version: str = ""  # that mends it there; with another state than fixed the one that mends it in unstable
    urgency: str = ""
    advisory: str = ""  # DSA or DLA


class Issue(NamedTuple):
    id: str
    summary: str
    notes: tuple[Note, ...]


class _Said(NamedTuple):
    package: str
    release: str  # "" of unstable
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
    for issue, about, said in _listed(_lines(lists["CVE/list"])):
        yield Issue(issue, about, tuple(_settled(issue, said, advised.pop(issue, ()), kept_up)))
    for issue, notes in advised.items():
        yield Issue(issue, "", tuple(_settled(issue, [], notes, ())))


def _lines(data: bytes) -> Iterator[str]:
    return (line[:MAX_LINE].decode("utf-8", "replace").rstrip() for line in BytesIO(data))


def _releases(data: bytes) -> tuple[str, ...]:
    """The releases that somebody keeps up to date, but unstable; none where nothing says so."""
    if not data:
        return ()
    try:
        found = from_json(data, _Config).distributions
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(f"data/config.json: {error}") from None
    return tuple(sorted(name for name, about in found.items() if about.release and name != UNSTABLE))


def _advised(lines: Iterator[str]) -> Iterator[Note]:
    """Newest first, as they stand."""
    advisory, mended = "", tuple[str, ...]()
    for line in lines:
        if found := _ADVISORY.match(line):
            advisory, mended = found["id"], ()
        elif line.lstrip().startswith("{"):
            mended = tuple(line.strip().strip("{}").split())
        elif (note := _NOTE.fullmatch(line)) and note["release"] and note["version"] and advisory:
            for issue in mended:
                yield Note(issue, note["package"], note["release"], "fixed", note["version"], advisory=advisory)


def _listed(lines: Iterator[str]) -> Iterator[tuple[str, str, list[_Said]]]:
    """Each issue that packages have notes on, what it is about, and these."""
    issue, about, said = "", "", list[_Said]()
    for line in lines:
        if line[:1].isspace():
            if issue and (found := _NOTE.fullmatch(line)) and len(said) < MAX_NOTES:
                said.append(_said(found))
            continue
        if said:
            yield _name(issue, about, said), about, said
        head = _ISSUE.fullmatch(line)
        issue, about, said = head["id"] if head else "", _text((head["about"] or "") if head else ""), []
    if said:
        yield _name(issue, about, said), about, said


def _said(found: re.Match[str]) -> _Said:
    more = found["more"] or ""
    urgency, bug = _URGENCY.search(more), _BUG.search(more)
    state = found["state"] or ("fixed" if found["version"] else "unfixed")
    return _Said(
        found["package"],
        found["release"] or "",
        state,
        found["version"] or "",
        urgency[1] if urgency else "",
        bug[1] if bug else "",
    )


def _text(about: str) -> str:
    return about.strip().lstrip("([").rstrip(")]").removesuffix(" ...").strip()


def _name(issue: str, about: str, said: list[_Said]) -> str:
    """Issues without an id have a name of the tracker's: the bug, and a digest of what it is about."""
    if not issue.endswith("XXXX"):
        return issue
    bug = next((one.bug for one in said if one.bug), "0")
    digest = hashlib.md5(about.encode(), usedforsecurity=False).hexdigest()[:6].upper()
    return f"TEMP-{int(bug):07d}-{digest}"


def _settled(issue: str, said: list[_Said], advised: Sequence[Note], kept_up: tuple[str, ...]) -> Iterator[Note]:
    """One note for each package and release."""
    general = {one.package: one for one in said if not one.release}
    own: dict[tuple[str, str], Note] = {}
    for one in said:
        if one.release and one.release != "experimental":
            fallback = general.get(one.package)
            later = fallback.version if fallback and one.state != "fixed" else ""
            urgency = one.urgency or (fallback.urgency if fallback else "")
            note = Note(issue, one.package, one.release, one.state, one.version or later, urgency)
            own.setdefault((one.package, one.release), note)
    for note in advised:
        fallback = general.get(note.package)
        own.setdefault((note.package, note.release), note._replace(urgency=fallback.urgency if fallback else ""))
    for package, one in general.items():
        own.setdefault((package, UNSTABLE), Note(issue, package, UNSTABLE, one.state, one.version, one.urgency))
        state = "unfixed" if one.state in ("fixed", "removed") else one.state
        for release in kept_up:
            own.setdefault((package, release), Note(issue, package, release, state, one.version, one.urgency))
    yield from own.values()
