"""Packages of a release whose security support is limited or has ended while the release itself is supported."""

from collections.abc import Sequence
from datetime import date

from careen.database.knowledge import Knowledge
from careen.model.advisory import LimitedSupport
from careen.model.report import Reason

from .keys import Key
from .reasons import purls_of
from .subjects import Subject

SHOWN = 5
_Found = dict[str, list[tuple[Subject, LimitedSupport]]]  # by source package


def limited_of(namespace: str, group: Sequence[Subject], knowledge: Knowledge, key: Key, today: date) -> list[Reason]:
    """One reason for what has ended, one for what is limited; each counts installed packages and names their sources."""
    listed = knowledge.limited_support(namespace)
    if not listed:
        return []
    exact = {one.package: one for one in listed}
    begin = [(one.package.removesuffix(".*"), one) for one in listed if one.package.endswith(".*")]
    ended: _Found = {}
    limited: _Found = {}
    for subject in group:
        found = exact.get(subject.name) or next((one for start, one in begin if subject.name.startswith(start)), None)
        if found is None:
            continue
        if not found.ended:
            limited.setdefault(subject.name, []).append((subject, found))
        elif found.ended <= today.isoformat() and not _is_newer(subject.version, found.version, key):
            ended.setdefault(subject.name, []).append((subject, found))
    title = group[0].title
    return [
        *_reason("package_end_of_life", f"{title} gives no security updates any more for", ended),
        *_reason("limited_support", f"{title} gives security updates within limits for", limited),
    ]


def _is_newer(version: str, last: str, key: Key) -> bool:
    """A version behind the last one with support came after that decision."""
    mine, end = key(version), key(last) if last not in ("", "0") else None
    return mine is not None and end is not None and mine > end


def _reason(code: str, words: str, found: _Found) -> list[Reason]:
    if not found:
        return []
    told = [f"{name} ({_why(pairs[0][1])})" for name, pairs in sorted(found.items())]
    packages = [subject.package for pairs in found.values() for subject, _ in pairs]
    more = f" and {len(told) - SHOWN} more" if len(told) > SHOWN else ""
    return [Reason(code, f"{words} {', '.join(told[:SHOWN])}{more}", len(packages), purls_of(packages))]


def _why(one: LimitedSupport) -> str:
    since = f"since {one.ended}" if one.ended else ""
    detail = one.detail if len(one.detail) <= 80 else one.detail[:79] + "…"
    return ": ".join(filter(None, (since, detail))) or "no reason given"
