"""Finds secrets in source files, except those that a check already reports in the same line."""

from collections.abc import Sequence

from msgspec.structs import replace

from careen.checks.kind import SourceFile
from careen.checks.kinds import kind_of
from careen.checks.run import Outcome, joined
from careen.model.finding import ExposedSecret, Misconfiguration, Suppressed, SuppressedBy
from careen.model.inventory import Unknown

from .files import CheckedFiles

_CREDENTIAL = frozenset(("CWE-259", "CWE-312", "CWE-798"))  # what a check about a credential in a file refers to


def with_secrets(checked: CheckedFiles, files: Sequence[SourceFile]) -> CheckedFiles:
    """With the secrets in those files that are of a kind that is checked, as they are written.

    A value that is a secret by the name beside it alone is left to the check that reports the same line.
    """
    from careen.secrets.find import Search
    from careen.secrets.keywords import Keywords
    from careen.secrets.ruleset import load

    reported = _lines_with_credentials(checked.outcome)
    by_name = {rule.id for rule in load() if rule.human or rule.near}
    using = Keywords(load())
    secrets: list[ExposedSecret] = []
    suppressed: list[Suppressed] = []
    unknowns: list[Unknown] = []
    for file in files:
        if kind_of(file.path, file.text) is None:
            continue
        search = Search(file.path, using)
        search.feed(file.text.encode(errors="replace"))
        for found in search.facts():
            if isinstance(found, Unknown):
                unknowns.append(found)
                continue
            place = found.location
            comments = (
                ignore for ignore in checked.ignores if ignore.applies(found.id, place.path, place.line, place.end_line)
            )
            comment = next(comments, None)
            if comment is not None:
                suppressed.append(Suppressed(found, SuppressedBy("comment", comment.source, comment.reason)))
            elif found.id not in by_name or (place.path, place.line) not in reported:
                secrets.append(found)
    outcome = joined((checked.outcome, Outcome(suppressed=tuple(suppressed), unknowns=tuple(unknowns))))
    return replace(checked, outcome=outcome, secrets=tuple(secrets))


def _lines_with_credentials(outcome: Outcome) -> set[tuple[str, int]]:
    """Of findings on one line alone: an instruction of several lines may hold another credential beside the reported one."""
    suppressed = (entry.finding for entry in outcome.suppressed if isinstance(entry.finding, Misconfiguration))
    return {
        (finding.location.path, finding.location.line)
        for finding in (*outcome.findings, *suppressed)
        if finding.location.line is not None
        and finding.location.line == finding.location.end_line
        and _CREDENTIAL & set(finding.references)
    }
