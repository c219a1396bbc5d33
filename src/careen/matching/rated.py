"""Adds scores to findings: for unrated vulnerabilities, their own records are fetched."""

from collections.abc import Callable, Sequence

from careen.database.knowledge import Knowledge

from .match import Matched
from .severity import is_fetched

Scores = Callable[[Sequence[str]], Knowledge]  # takes ids; returns the database together with the records that could be fetched


def rated(
    matched: Matched, knowledge: Knowledge, scores: Scores | None, again: Callable[[Knowledge], Matched]
) -> tuple[Matched, tuple[str, ...]]:
    """The matches after unrated CVEs got their scores; and the CVEs that stay unrated because their record could not be
    fetched, any of which may be critical.
    """
    unrated = _unrated(matched)
    if unrated and scores is not None:
        known = scores(unrated)
        if known.records(unrated) != knowledge.records(unrated):
            matched, knowledge = again(known), known
    return matched, _unfetched(unrated, knowledge)


def unfetched(matched: Matched, knowledge: Knowledge) -> tuple[str, ...]:
    """The unrated CVEs whose record was never fetched."""
    return _unfetched(_unrated(matched), knowledge)


def _unrated(matched: Matched) -> list[str]:
    return sorted({finding.id for finding in matched.findings if finding.severity == "unknown"})


def _unfetched(unrated: Sequence[str], knowledge: Knowledge) -> tuple[str, ...]:
    records = knowledge.records(unrated) if unrated else {}
    return tuple(id for id in unrated if id.startswith("CVE-") and not is_fetched(records.get(id, ())))
