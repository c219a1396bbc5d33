"""Runs the checks of one kind on one document: findings, suppressed findings, and checks that failed.

A check that raises becomes an Unknown under its id; the others still run. The fingerprint of a finding is made of kind, id,
path and message, not of its line: it stays the same when lines move. Equal messages of a file are numbered.
"""

import hashlib
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from careen.formats.services.credentials import hidden
from careen.log import logger
from careen.model.finding import Location, Misconfiguration, Suppressed, SuppressedBy
from careen.model.inventory import Unknown
from careen.model.package import Evidence
from careen.plugins import Check, Place

log = logger(__name__)
MAX_PLACES = 1000  # of one check in one document
MAX_MESSAGE = 1000  # characters; names in it come from the file
MAX_READ = 20 * MAX_MESSAGE  # of a message, in which secrets are hidden


class Ignore(Struct, frozen=True):
    """A comment that suppresses findings of its file: those of ``ids`` on the lines ``first`` to ``last``, or in the
    whole file."""

    ids: frozenset[str]
    source: str  # "PATH:LINE" of the comment
    first: int | None = None
    last: int | None = None
    reason: str = ""

    @property
    def path(self) -> str:
        return self.source.rpartition(":")[0]


class Ignores:
    """The comments of a document by id and line: a hostile file has as many comments as findings."""

    def __init__(self, ignores: Iterable[Ignore]) -> None:
        self._of_files: dict[tuple[str, str], Ignore] = {}  # by id and path
        self._of_lines: dict[tuple[str, str], dict[int, Ignore]] = {}
        ranges: set[tuple[str, str, int, int]] = set()
        for ignore in ignores:
            for key in ((id, ignore.path) for id in ignore.ids):
                if ignore.first is None:
                    self._of_files.setdefault(key, ignore)
                    continue
                last = ignore.last or ignore.first
                if (*key, ignore.first, last) not in ranges:  # comments of one instruction have its lines in common
                    ranges.add((*key, ignore.first, last))
                    lines = self._of_lines.setdefault(key, {})
                    for line in range(ignore.first, last + 1):
                        lines.setdefault(line, ignore)
        self._sorted = {key: sorted(lines) for key, lines in self._of_lines.items()}

    def about(self, id: str, path: str, line: int | None, end_line: int | None) -> Ignore | None:
        """A comment that suppresses a finding on these lines; None if there is none."""
        key = (id, path)
        if line is not None and key in self._of_lines:
            lines = self._sorted[key]
            at = bisect_left(lines, line)
            if at < len(lines) and lines[at] <= (end_line or line):
                return self._of_lines[key][lines[at]]
        return self._of_files.get(key)


class Outcome(Struct, frozen=True):
    findings: tuple[Misconfiguration, ...] = ()
    suppressed: tuple[Suppressed, ...] = ()
    unknowns: tuple[Unknown, ...] = ()
    ran: frozenset[str] = frozenset()  # ids of the checks that inspected a document


Seen = Counter[tuple[str, str, str]]  # how often a check has reported a path with the same message


def run(
    checks: Sequence[Check],
    document: Any,
    path: str,
    ignores: Sequence[Ignore] = (),
    seen: Seen | None = None,
    open: Mapping[tuple[str, int], str] = MappingProxyType({}),
    reported: set[tuple[str, Place]] | None = None,
) -> Outcome:
    """Runs checks on a document. ``path`` is that of places without a path of their own; ``seen`` counts across
    documents, since one file may contain several. ``reported``: places that other documents of the file have, which are not
    reported again; those of this one are added. ``open``: lines whose values are not known, where a
    misconfiguration is not assessed."""
    seen = Counter() if seen is None else seen
    findings: list[Misconfiguration] = []
    suppressed: list[Suppressed] = []
    unknowns: list[Unknown] = []
    comments = Ignores(ignores)
    for check in checks:
        try:
            places, whole = _bounded(check.inspect(document))
        except Exception as error:
            log.exception("check %s failed on %s", check.id, path)
            unknowns.append(Unknown(f"check {check.id}", Evidence(path, 0), f"{type(error).__name__}: {error}"))
            continue
        if not whole:
            more = f"it found more than {MAX_PLACES} places; the others are not listed"
            unknowns.append(Unknown(f"check {check.id}", Evidence(path, 0), more))
        for written in places:
            if reported is not None:
                if (check.id, written) in reported:
                    continue
                reported.add((check.id, written))
            place = replace(written, message=_short(hidden(written.message)))  # a secret never leaves its file
            where = place.path or path
            rests_on = place.rests_on or open.get((where, place.line or 0), "")
            if rests_on:
                line = f"line {place.line}: " if place.line else ""
                unknowns.append(
                    Unknown(f"check {check.id}", Evidence(where, 0), f"{line}not assessed: {rests_on} is not known")
                )
                continue
            seen[check.id, where, place.message] += 1
            finding = _finding(check, place, where, seen[check.id, where, place.message])
            ignore = comments.about(check.id, where, place.line, place.end_line)
            if ignore is None:
                findings.append(finding)
            else:
                suppressed.append(Suppressed(finding, SuppressedBy("comment", ignore.source, ignore.reason)))
    return Outcome(tuple(findings), tuple(suppressed), tuple(unknowns), frozenset(check.id for check in checks))


def joined(outcomes: Iterable[Outcome]) -> Outcome:
    """Several outcomes as one."""
    all = tuple(outcomes)
    return Outcome(
        tuple(finding for outcome in all for finding in outcome.findings),
        tuple(suppressed for outcome in all for suppressed in outcome.suppressed),
        tuple(unknown for outcome in all for unknown in outcome.unknowns),
        frozenset(id for outcome in all for id in outcome.ran),
    )


def located(outcome: Outcome, lines: Mapping[str, Sequence[int | None]]) -> Outcome:
    """Moves places from rendered files to their templates: ``lines`` has, by path, the template's line of each line."""
    findings = tuple(_located(finding, lines) for finding in outcome.findings)
    suppressed = tuple(
        replace(suppressed, finding=_located(suppressed.finding, lines))
        if isinstance(suppressed.finding, Misconfiguration)
        else suppressed
        for suppressed in outcome.suppressed
    )
    return replace(outcome, findings=findings, suppressed=suppressed)


def _located(finding: Misconfiguration, lines: Mapping[str, Sequence[int | None]]) -> Misconfiguration:
    place = finding.location
    if place is None or place.line is None or place.path not in lines:
        return finding
    origins = lines[place.path]
    line, end = (origins[row - 1] if row and row <= len(origins) else None for row in (place.line, place.end_line))
    return replace(finding, location=Location(place.path, line, max(line, end) if line and end else line))


def _bounded(places: Iterable[Place]) -> tuple[list[Place], bool]:
    """The first places, each once, and whether these are all."""
    found: dict[Place, None] = {}
    for place in places:
        if len(place.message) > MAX_READ:
            place = replace(place, message=place.message[:MAX_READ])
        if len(found) == MAX_PLACES and place not in found:
            return list(found), False
        found[place] = None
    return list(found), True


def _short(message: str) -> str:
    return message if len(message) <= MAX_MESSAGE else f"{message[: MAX_MESSAGE - 1]}…"


def _finding(check: Check, place: Place, path: str, number: int) -> Misconfiguration:
    kind = str(check.finds.__struct_config__.tag)
    lasting = "\0".join((kind, check.id, path, place.message, *([str(number)] if number > 1 else [])))
    return check.finds(
        id=check.id,
        title=check.title,
        severity=check.severity,
        location=Location(path, place.line, place.end_line if place.end_line is not None else place.line),
        why=check.why,
        fix=check.fix,
        references=check.references,
        fingerprint=hashlib.sha256(lasting.encode(errors="replace")).hexdigest()[:32],
        message=place.message,
    )
