"""A file as its rows, and functions that repairs of all kinds of files share. Rows count from 0, lines from 1."""

import re
from collections.abc import Callable, Iterator

from msgspec import Struct

Rows = list[str]


class At(Struct, frozen=True):
    """The place of a finding."""

    line: int
    end_line: int
    message: str = ""

    @property
    def rows(self) -> range:
        return range(self.line - 1, self.end_line)


Repair = Callable[[Rows, At], Iterator[Rows]]  # texts without the misconfiguration, the best first


def swap(pattern: str, to: str | Callable[[re.Match[str]], str], flags: int = 0) -> Repair:
    """A repair that replaces the match of ``pattern``, in one place of the finding's lines."""
    compiled = re.compile(pattern, flags)

    def repair(rows: Rows, at: At) -> Iterator[Rows]:
        for row in at.rows:
            for match in compiled.finditer(rows[row]) if row < len(rows) else ():
                new = match.expand(to) if isinstance(to, str) else to(match)
                yield replaced(rows, row, rows[row][: match.start()] + new + rows[row][match.end() :])

    return repair


def first_of(*repairs: Repair) -> Repair:
    def repair(rows: Rows, at: At) -> Iterator[Rows]:
        for candidate in repairs:
            yield from candidate(rows, at)

    return repair


def replaced(rows: Rows, row: int, *by: str) -> Rows:
    """The rows, with the row at ``row`` replaced by others."""
    return [*rows[:row], *by, *rows[row + 1 :]]


def without(rows: Rows, first: int, last: int) -> Rows:
    """The rows without the rows from ``first`` to ``last``."""
    return [*rows[:first], *rows[last + 1 :]]


def indent_of(row: str) -> str:
    return row[: len(row) - len(row.lstrip())]
