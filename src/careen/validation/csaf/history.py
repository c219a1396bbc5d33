"""Tests of versions, revisions and dates: 6.1.14, 6.1.16 to 6.1.22, 6.1.30, 6.1.37, 6.1.45, 6.1.49, 6.1.51 to 6.1.53, 6.1.62.

**Source:** CSAF 2.0 and 2.1, section 6.1; Semantic Versioning 2.0.0; RFC 3339.
"""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from typing import Any

from careen.formats.data.plain import mapping, text
from careen.safety.pattern import pattern
from careen.validation.problem import Path, path_of, quoted, walk

from .content import EXTENSIONS, Content, Found, Rule

_INTEGER = pattern(r"0|[1-9]\d{0,30}")
_DATE = pattern(
    r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,30})?"
    r"(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)"
)
_PARTS = pattern(r"(?P<whole>[^.Zz+]{19})(?:\.(?P<fraction>\d{1,30}))?(?P<zone>[Zz]|[+-]\d\d:\d\d)", re.ASCII)
_DATES = frozenset(
    ("date", "current_release_date", "initial_release_date", "disclosure_date", "discovery_date", "release_date", "timestamp",
     "exploitation_date")
)  # fmt: skip
MAX_DIGITS = 400
_REVISIONS: Path = ("document", "tracking", "revision_history")
_VERSION: Path = ("document", "tracking", "version")


class Number:
    """A version of a document: an integer, or a semantic version."""

    def __init__(self, written: str) -> None:
        self.written = written
        self.is_integer = _INTEGER.fullmatch(written) is not None
        release, _, self.pre_release = written.partition("+")[0].partition("-")
        parts = [int(part) for part in release.split(".")[:3] if part.isdecimal() and len(part) < MAX_DIGITS]
        self.major = parts[0] if parts else -1
        self._parts = tuple(parts)

    @property
    def order(self) -> tuple[Any, ...]:
        """A key that sorts by semantic versioning: a pre-release is before its release, numbers are before names."""
        parts = self.pre_release.split(".")
        steps = tuple((0, int(part), "") if part.isdecimal() and len(part) < MAX_DIGITS else (1, 0, part) for part in parts)
        return self._parts, not self.pre_release, steps if self.pre_release else ()

    def named(self, with_pre_release: bool) -> str:
        text = self.written.partition("+")[0]
        return text if with_pre_release else text.partition("-")[0]


def unsorted_revisions(content: Content) -> Found:
    revisions = _sorted(content)
    for (_, earlier), (number, later) in pairwise(revisions):
        if earlier.order > later.order:
            yield (*_REVISIONS, number), f"{later.written} is dated after {earlier.written}"


def other_latest_version(content: Content) -> Found:
    revisions = _sorted(content)
    version = Number(text(content.tracking.get("version")))
    if not revisions:
        return
    newest = revisions[-1][1]
    if version.named(not content.is_draft) != newest.named(not content.is_draft):
        yield _VERSION, f"{version.written} is not that of the latest revision, {newest.written}"


def finished_draft(content: Content) -> Found:
    version = Number(text(content.tracking.get("version")))
    if (version.major == 0 or version.pre_release) and not content.is_draft:
        yield ("document", "tracking", "status"), f"the status is not draft, but the version is {version.written}"


def unreleased_revision(content: Content) -> Found:
    for number, revision in _sorted(content):
        if not content.is_draft and revision.major == 0:
            yield (*_REVISIONS, number, "number"), f"{revision.written} is not a released version"


def pre_release_revision(content: Content) -> Found:
    for number, revision in _sorted(content):
        if revision.pre_release:
            yield (*_REVISIONS, number, "number"), f"{revision.written} is a pre-release"


def pre_release_version(content: Content) -> Found:
    version = Number(text(content.tracking.get("version")))
    if version.pre_release and not content.is_draft:
        yield _VERSION, f"{version.written} is a pre-release, but the status is not draft"


def missing_revision(content: Content) -> Found:
    majors = [(number, revision.major) for number, revision in _sorted(content)]
    if majors and majors[0][1] not in (0, 1):
        yield (*_REVISIONS, majors[0][0], "number"), "the first revision is neither 0 nor 1"
    for (_, earlier), (number, later) in pairwise(majors):
        if later > earlier + 1:
            yield (*_REVISIONS, number, "number"), f"no revision is between {earlier} and {later}"


def repeated_revision(content: Content) -> Found:
    seen: Counter[str] = Counter()
    for number, revision in enumerate(content.revisions):
        name = text(revision.get("number"))
        seen[name] += 1
        if seen[name] == 2:
            yield (*_REVISIONS, number, "number"), f"{quoted(name)} is given more than once"


def mixed_versioning(content: Content) -> Found:
    numbers = [Number(text(content.tracking.get("version"))), *(revision for _, revision in _sorted(content))]
    if len({number.is_integer for number in numbers}) > 1:
        yield _VERSION, "integers and semantic versions are mixed"


def invalid_date(content: Content) -> Found:
    for link, value in walk(content.whole, skipped=EXTENSIONS):
        for key in _DATES & value.keys() if isinstance(value, dict) else ():
            if isinstance(value[key], str) and not _DATE.fullmatch(value[key]):
                yield (*path_of(link), key), f"{quoted(value[key])} is not a date such as 2026-01-31T12:00:00Z"


def late_disclosure(content: Content) -> Found:
    label = mapping(mapping(content.document.get("distribution")).get("tlp")).get("label")
    if label != "CLEAR":
        return
    for number, vulnerability in enumerate(content.vulnerabilities):
        yield from _after_release(content, ("vulnerabilities", number, "disclosure_date"), vulnerability.get("disclosure_date"))


def late_ssvc(content: Content) -> Found:
    yield from _late_metric(content, "ssvc_v2")


def late_epss(content: Content) -> Found:
    yield from _late_metric(content, "epss")


def late_exploitation_record(content: Content) -> Found:
    for path, entry, _ in content.each("first_known_exploitation_dates"):
        yield from _after_release(content, (*path, "date"), entry.get("date"))


def exploitation_after_record(content: Content) -> Found:
    for path, entry, _ in content.each("first_known_exploitation_dates"):
        exploited, recorded = _moment(entry.get("exploitation_date")), _moment(entry.get("date"))
        if exploited and recorded and exploited > recorded:
            yield (*path, "exploitation_date"), "the exploitation is dated after its record"


def late_discovery(content: Content) -> Found:
    for number, vulnerability in enumerate(content.vulnerabilities):
        path: Path = ("vulnerabilities", number, "discovery_date")
        yield from _after_release(content, path, vulnerability.get("discovery_date"))
        discovered, disclosed = (_moment(vulnerability.get(field)) for field in ("discovery_date", "disclosure_date"))
        if discovered and disclosed and discovered > disclosed:
            yield path, "the discovery is dated after the disclosure"


def _late_metric(content: Content, name: str) -> Found:
    for path, metric, _ in content.each("metrics"):
        found = mapping(mapping(metric.get("content")).get(name))
        yield from _after_release(content, (*path, "content", name, "timestamp"), found.get("timestamp"))


def _after_release(content: Content, path: Path, date: Any) -> Iterator[tuple[Path, str]]:
    """Finds dates of a finished document that are after its last revision."""
    moment = _moment(date)
    released = [found for revision in content.revisions if (found := _moment(revision.get("date")))]
    if moment and released and not content.is_draft and moment > max(released):
        yield path, f"{date} is after the last revision"


def _sorted(content: Content) -> list[tuple[int, Number]]:
    """(place in the list, number) of the revisions by date; revisions of one moment by number."""
    found = [
        (revision.get("date"), place, Number(text(revision.get("number")))) for place, revision in enumerate(content.revisions)
    ]
    earliest = (0, 0)
    ordered = sorted(found, key=lambda entry: (_moment(entry[0]) or earliest, entry[2].order))
    return [(place, number) for _, place, number in ordered]


def _moment(date: Any) -> tuple[int, int] | None:
    """(seconds, billionths) of a date, None for other values. Python's own dates end at millionths."""
    match = _PARTS.fullmatch(text(date))
    if not match:
        return None
    try:
        moment = datetime.fromisoformat(match["whole"] + match["zone"])
    except ValueError:
        return None
    return int(moment.timestamp()), int(((match["fraction"] or "") + "0" * 9)[:9])


RULES = (
    Rule("6.1.14", unsorted_revisions),
    Rule("6.1.16", other_latest_version),
    Rule("6.1.17", finished_draft),
    Rule("6.1.18", unreleased_revision),
    Rule("6.1.19", pre_release_revision),
    Rule("6.1.20", pre_release_version),
    Rule("6.1.21", missing_revision),
    Rule("6.1.22", repeated_revision),
    Rule("6.1.30", mixed_versioning),
    Rule("6.1.37", invalid_date, "2.1"),
    Rule("6.1.45", late_disclosure, "2.1"),
    Rule("6.1.49", late_ssvc, "2.1"),
    Rule("6.1.51", late_epss, "2.1"),
    Rule("6.1.52", late_exploitation_record, "2.1"),
    Rule("6.1.53", exploitation_after_record, "2.1"),
    Rule("6.1.62", late_discovery, "2.1"),
)
