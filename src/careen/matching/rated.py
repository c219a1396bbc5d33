"""Findings with scores: for unrated vulnerabilities, their own records are fetched."""

from collections.abc import Callable, Sequence

from careen.database.knowledge import Knowledge

from .match import Matched
from .severity import is_fetched

Scores = Callable[[Sequence[str]], Knowledge]  # by ids: the database with the records that could be fetched


def rated(
    matched: Matched, knowledge: Knowledge, scores: Scores | None, again: Callable[[Knowledge], Matched]
) -> tuple[Matched, tuple[str, ...]]:
    """With the unrated CVEs whose record was not fetched: they may be critical."""
    unrated = sorted({finding.id for finding in matched.findings if finding.severity == "unknown"})
    known = scores(unrated) if unrated and scores is not None else knowledge
    records = known.records(unrated)
    if records != knowledge.records(unrated):
        matched = again(known)
    return matched, tuple(id for id in unrated if id.startswith("CVE-") and not is_fetched(records.get(id, ())))
