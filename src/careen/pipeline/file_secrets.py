"""Finds secrets in source files, except those that a check already reports on the same line."""

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from msgspec.structs import replace

from careen.checks.kind import SourceFile
from careen.checks.kinds import kind_of
from careen.checks.run import Ignores, Outcome, joined
from careen.model.finding import ExposedSecret, Misconfiguration, Suppressed, SuppressedBy
from careen.model.inventory import Unknown

from .files import CheckedFiles

if TYPE_CHECKING:
    from careen.secrets.keywords import Keywords

_CREDENTIAL = frozenset(("CWE-259", "CWE-312", "CWE-798"))  # references of checks about credentials in files


def with_secrets(checked: CheckedFiles, files: Sequence[SourceFile]) -> CheckedFiles:
    """The result, with the secrets in files of a kind that is checked.

    A value that only its name suggests as a secret is left to the check that reports the same lines. Comments suppress
    a value if they do so on all of its lines.
    """
    from careen.secrets.find import Search
    from careen.secrets.ruleset import load
    from careen.secrets.values import one_per_value

    reported = _lines_with_credentials(checked.outcome)
    by_name = {rule.id for rule in load() if rule.human or rule.near}
    using = _keywords()
    secrets: list[ExposedSecret] = []
    suppressed: list[Suppressed] = []
    unknowns: list[Unknown] = []
    ignores = Ignores(checked.ignores)
    for file in files:
        if kind_of(file.path, file.text) is None:
            continue
        search = Search(file.path, using)
        search.feed(file.text.encode(errors="replace"))
        for found in search.facts():
            if isinstance(found, Unknown):
                unknowns.append(found)
                continue
            places = [place.location for place in found.all_places]
            comments = [ignores.about(found.id, place.path, place.line, place.end_line) for place in places]
            if all(comments) and (comment := comments[0]):
                suppressed.append(Suppressed(found, SuppressedBy("comment", comment.source, comment.reason)))
            elif found.id not in by_name or not reported.issuperset((place.path, place.line) for place in places):
                secrets.append(found)
    outcome = joined((checked.outcome, Outcome(suppressed=tuple(suppressed), unknowns=tuple(unknowns))))
    return replace(checked, outcome=outcome, secrets=one_per_value(secrets))


@cache
def _keywords() -> "Keywords":
    """An index of the keywords of all rules. It is cached, because it takes 0.2 s to build."""
    from careen.secrets.keywords import Keywords
    from careen.secrets.ruleset import load

    return Keywords(load())


def _lines_with_credentials(outcome: Outcome) -> set[tuple[str, int]]:
    """The paths and lines of findings about credentials. Instructions of several lines are left out, because they may
    contain another credential.
    """
    suppressed = (entry.finding for entry in outcome.suppressed if isinstance(entry.finding, Misconfiguration))
    return {
        (finding.location.path, finding.location.line)
        for finding in (*outcome.findings, *suppressed)
        if finding.location.line is not None
        and finding.location.line == finding.location.end_line
        and _CREDENTIAL & set(finding.references)
    }
