"""Gaps that the user accepts although they were not assessed: ``--accept CODE[:WHAT]`` and ``accept:`` of an ignore file.

``CODE`` is the code of a coverage reason or of an unknown; ``WHAT`` is a glob over its subjects: paths
(``/opt/app/**``), package URLs (``pkg:pypi/acme-*``), package types, releases, sources. Without ``WHAT`` the whole reason
is accepted. A reason keeps the subjects that no entry covers. An entry never covers a file that a package of the
distribution owns, nor a layer that could not be read completely.
Raises: UsageError.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from fnmatch import fnmatchcase
from glob import escape

from msgspec import Struct
from msgspec.structs import replace

from careen.errors import UsageError
from careen.model.inventory import Unknown
from careen.model.reasons import EFFECTS, NOT_ACCEPTED, effect_of
from careen.model.report import Accepted, Coverage, Reason, Report
from careen.output.lines import few

from .ignores import covers, is_purl, matches

FLAG = "--accept"


class Accept(Struct, frozen=True):
    code: str
    what: str  # "" means all subjects
    source: str  # the flag, or "FILE:LINE"
    reason: str = ""
    owner: str | None = None
    until: date | None = None

    def covers(self, subject: str) -> bool:
        if not self.what:
            return True
        if subject.startswith("/"):
            return self.what.startswith(("/", "*")) and _is_path(self.what, subject)
        if subject.startswith("pkg:"):
            return is_purl(self.what, subject)
        return fnmatchcase(subject.lower(), self.what.lower())

    def expired(self, today: date) -> bool:
        return self.until is not None and self.until < today

    def record(self, subjects: Sequence[str]) -> Accepted:
        until = self.until.isoformat() if self.until else None
        return Accepted(self.code, tuple(subjects), self.source, self.reason, self.owner, until)


def _is_path(wanted: str, path: str) -> bool:
    """Whether a pattern covers a path. A folder without wildcards covers its content; one with wildcards only if it
    ends in ``**``.
    """
    if wanted == "*":
        return True
    return matches(wanted, path) if any(sign in wanted for sign in "*?[") else covers(wanted, path)


def read_accept(text: str) -> Accept:
    code, colon, what = text.strip().partition(":")
    if colon and not what.strip():
        raise UsageError(
            f"{FLAG} {text.strip()[:60]}: nothing follows the colon", "without a colon, all is accepted; is a variable not set?"
        )
    return made(code.strip().lower(), what.strip(), FLAG)


def made(code: str, what: str, source: str, reason: str = "", owner: str | None = None, until: date | None = None) -> Accept:
    """An entry. Raises UsageError if its code is not that of a reason, or of a reason that no user can accept."""
    where = f"{source} {code[:60]}" if source == FLAG else f"{source}: {code[:60]!r}"
    if code in NOT_ACCEPTED:
        raise UsageError(f"{where}: this cannot be accepted", NOT_ACCEPTED[code])
    if code not in EFFECTS:
        from careen.config import nearest

        near = nearest(code, EFFECTS)
        hint = f"did you mean {near}?" if near else "careen scan --suggest-accept IMAGE prints the entries for an image"
        raise UsageError(f"{where}: unknown code of a reason", hint)
    return Accept(code, what, source, reason, owner, until)


class Settled(Struct, frozen=True):
    coverage: Coverage  # without the accepted gaps, which are in its ``accepted``
    unknowns: tuple[Unknown, ...]  # without accepted ones
    expired: tuple[Accept, ...]  # entries that would apply if they had not expired


def settle(
    coverage: Coverage, unknowns: Sequence[Unknown], accepts: Sequence[Accept], owned: Collection[str], today: date
) -> Settled:
    """Applies the entries. ``owned``: paths, without a leading slash, of files that a package of the distribution owns."""
    if not accepts:
        return Settled(coverage, tuple(unknowns), ())
    expired = tuple(entry for entry in accepts if entry.expired(today))
    valid = [entry for entry in accepts if not entry.expired(today)]
    guarded = _guarded(unknowns, owned)
    accepted: dict[Accept, dict[str, None]] = {}
    reasons = []
    for reason in coverage.reasons:
        left = _left(reason, valid, guarded, accepted)
        reasons += [left] if left else []
    kept = []
    for unknown in unknowns:
        entry = None if unknown.subject in guarded else _first(valid, unknown.code, unknown.subject)
        if entry is None:
            kept.append(unknown)
        else:
            accepted.setdefault(entry, {})[unknown.subject] = None
    records = tuple(entry.record(tuple(subjects)) for entry, subjects in accepted.items())
    return Settled(replace(coverage, reasons=tuple(reasons), accepted=records), tuple(kept), expired)


def _guarded(unknowns: Iterable[Unknown], owned: Iterable[str]) -> frozenset[str]:
    """Subjects that no entry covers: files of the distribution's packages, and layers that were not read completely."""
    return frozenset((*(f"/{path}" for path in owned), *(unknown.subject for unknown in unknowns if unknown.whole_layer)))


def _left(
    reason: Reason, accepts: Sequence[Accept], guarded: Collection[str], accepted: dict[Accept, dict[str, None]]
) -> Reason | None:
    """The reason with the subjects that no entry covers; None if there are none."""
    if not reason.subjects:
        entry = next((accept for accept in accepts if accept.code == reason.code and not accept.what), None)
        if entry is None:
            return reason
        accepted.setdefault(entry, {})
        return None
    kept = []
    for subject in reason.subjects:
        entry = None if subject in guarded else _first(accepts, reason.code, subject)
        if entry is None:
            kept.append(subject)
        else:
            accepted.setdefault(entry, {})[subject] = None
    if not kept:
        return None
    if len(kept) == len(reason.subjects):
        return reason
    detail = f"{reason.detail} ({len(kept)} of {len(reason.subjects)} not accepted: {few(kept)})"
    packages = len(kept) if all(subject.startswith("pkg:") for subject in kept) else reason.packages
    return replace(reason, detail=detail, subjects=tuple(kept), packages=packages)


def _first(accepts: Sequence[Accept], code: str, subject: str) -> Accept | None:
    return next((accept for accept in accepts if accept.code == code and accept.covers(subject)), None)


MOST_SUGGESTED = 3  # paths in one folder; if there are more, the folder is suggested


class Suggestion(Struct, frozen=True):
    code: str
    subjects: tuple[str, ...]  # the subjects for an entry; () if the reasons have none
    details: tuple[str, ...]


def suggested(reports: Iterable[Report]) -> list[Suggestion]:
    """Suggestions, one for each code that fails a gate or ``--strict`` and that an entry can accept."""
    by_code: dict[str, list[Reason]] = {}
    for report in reports:
        guarded = _guarded(report.unknowns, report.inventory.owned)
        for reason in report.coverage.reasons:
            if effect_of(reason.code) == "information" or reason.code in NOT_ACCEPTED:
                continue
            subjects = tuple(subject for subject in reason.subjects if subject not in guarded)
            if subjects or not reason.subjects:
                by_code.setdefault(reason.code, []).append(replace(reason, subjects=subjects))
    return [
        Suggestion(
            code,
            tuple(_grouped([subject for reason in reasons for subject in reason.subjects])),
            tuple(dict.fromkeys(reason.detail for reason in reasons)),
        )
        for code, reasons in by_code.items()
    ]


def _grouped(subjects: Sequence[str]) -> Iterator[str]:
    """The subjects, with several paths in a folder replaced by one glob, and without versions of packages.

    File names are untrusted: a file named ``**`` must not become a pattern.
    """
    folders: dict[str, list[str]] = {}
    for subject in dict.fromkeys(subjects):
        if subject.startswith("/"):
            folders.setdefault(subject.rpartition("/")[0], []).append(subject)
    for folder, paths in folders.items():
        if len(paths) > MOST_SUGGESTED and folder:
            yield f"{escape(folder)}/**"
        else:
            yield from map(escape, paths)
    others = (subject for subject in subjects if not subject.startswith("/"))
    yield from dict.fromkeys(_unversioned(subject) for subject in others)


def _unversioned(subject: str) -> str:
    if not subject.startswith("pkg:"):
        return subject
    bare = subject.partition("?")[0]
    return bare.rpartition("@")[0] if "@" in bare.rpartition("/")[2] else bare
