"""Packages of a release whose security support is limited, or has ended, while the release is still supported."""

from collections.abc import Sequence
from datetime import date

from careen.database.knowledge import Knowledge
from careen.model.advisory import LimitedSupport

from .causes import Gap, UnsupportedPackages, gap_in
from .keys import Key
from .subject import Subject

_Found = dict[str, list[tuple[Subject, LimitedSupport]]]  # by source package


def limited_of(namespace: str, group: Sequence[Subject], knowledge: Knowledge, key: Key, today: date) -> list[Gap]:
    """At most two gaps: one for all packages whose support has ended, and one for all packages with limited support."""
    listed = knowledge.limited_support(namespace)
    if not listed:
        return []
    exact = {entry.package: entry for entry in listed}
    prefixes = [(entry.package.removesuffix(".*"), entry) for entry in listed if entry.package.endswith(".*")]
    ended: _Found = {}
    limited: _Found = {}
    for subject in group:
        found = exact.get(subject.name) or next((entry for start, entry in prefixes if subject.name.startswith(start)), None)
        if found is None:
            continue
        if not found.ended:
            limited.setdefault(subject.name, []).append((subject, found))
        elif found.ended <= today.isoformat() and not _is_newer(subject.version, found.version, key):
            ended.setdefault(subject.name, []).append((subject, found))
    title = group[0].title
    return [_gap(title, found, has_ended) for found, has_ended in ((ended, True), (limited, False)) if found]


def _is_newer(version: str, last: str, key: Key) -> bool:
    """Whether a version is above the last supported one, so that the entry does not apply to it."""
    mine, end = key(version), key(last) if last not in ("", "0") else None
    return mine is not None and end is not None and mine > end


def _gap(title: str, found: _Found, ended: bool) -> Gap:
    named = tuple((name, _why(pairs[0][1])) for name, pairs in sorted(found.items()))
    return gap_in(
        UnsupportedPackages(title, ended, named), [subject.package for pairs in found.values() for subject, _ in pairs]
    )


def _why(entry: LimitedSupport) -> str:
    since = f"since {entry.ended}" if entry.ended else ""
    detail = entry.detail if len(entry.detail) <= 80 else entry.detail[:79] + "…"
    return ": ".join(filter(None, (since, detail))) or "no reason given"
