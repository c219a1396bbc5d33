"""Unified diffs: the changes in them, and a file with the changes made.

A patch that does not quite fit is found where its lines are, with up to ``FUZZ`` lines less of context, as patch(1) does.
Raises: ValueError for a diff over a limit, or if the work is used up.
**Source:** POSIX.1-2017, diff, "Diff Unified Output Format"; quilt(1).
"""

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

MAX_HUNKS = 20_000  # of one patch
FUZZ = 2
MAX_COMPARED = 20_000_000
MAX_DRIFT = 2_000  # lines between the place that a change names and its place in the file
_HUNK = re.compile(rb"@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@")


class Hunk(Struct, frozen=True):
    """One change: ``before`` and ``after`` are lines with their context; ``line`` is the number of the first one,
    from 0."""

    line: int
    before: tuple[bytes, ...]
    after: tuple[bytes, ...]


class FileChanges(Struct, frozen=True):
    """The changes of one file; its ``path`` is without the first folder, as with ``patch -p1``."""

    path: str
    hunks: tuple[Hunk, ...]


class Applied(Struct, frozen=True):
    """A file before and after a patch. ``spans``: for each hunk, its lines in the old and in the new file; None if it
    does not fit."""

    before: tuple[bytes, ...]
    after: tuple[bytes, ...]
    spans: tuple[tuple[range, range] | None, ...]


class Work:
    """Counts down the lines that may still be compared, for all patches together: the search for a change that does
    not fit is long."""

    def __init__(self, lines: int = MAX_COMPARED) -> None:
        self._left = lines

    def spend(self, lines: int) -> None:
        self._left -= lines
        if self._left < 0:
            raise ValueError("its patches take too long to apply")


def changes_in(patch: bytes) -> Iterator[FileChanges]:
    """The changes of a patch by file. Deleted files are left out: they contain nothing of the fix."""
    lines = patch.split(b"\n")
    at = count = 0
    while at < len(lines) - 1:
        if not (lines[at].startswith(b"--- ") and lines[at + 1].startswith(b"+++ ")):
            at += 1
            continue
        path, at = _path(lines[at + 1]), at + 2
        hunks = []
        while at < len(lines) and (head := _HUNK.match(lines[at])):
            hunk, at = _hunk(lines, at + 1, head)
            hunks.append(hunk)
            count += 1
            if count > MAX_HUNKS:
                raise ValueError(f"a patch of more than {MAX_HUNKS} changes")
        if path and hunks:
            yield FileChanges(path, tuple(hunks))


def apply(lines: Sequence[bytes], hunks: Sequence[Hunk], work: Work) -> Applied:
    work.spend(len(lines))
    after: list[bytes] = []
    spans: list[tuple[range, range] | None] = []
    done = drift = 0
    for hunk in hunks:
        found = _find(lines, hunk, hunk.line + drift, done, work)
        if found is None:
            spans.append(None)
            continue
        start, cut_head, cut_tail = found
        old = hunk.before[cut_head : len(hunk.before) - cut_tail]
        new = hunk.after[cut_head : len(hunk.after) - cut_tail]
        after += lines[done:start]
        spans.append((range(start, start + len(old)), range(len(after), len(after) + len(new))))
        after += new
        done = start + len(old)
        drift = start - cut_head - hunk.line
    after += lines[done:]
    return Applied(tuple(lines), tuple(after), tuple(spans))


def _path(line: bytes) -> str:
    name = line[4:].split(b"\t")[0].strip().decode("utf-8", "replace")
    return "" if name == "/dev/null" else name.partition("/")[2]


def _hunk(lines: Sequence[bytes], at: int, head: "re.Match[bytes]") -> tuple[Hunk, int]:
    old_left, new_left = int(head[2] or 1), int(head[4] or 1)
    before: list[bytes] = []
    after: list[bytes] = []
    while at < len(lines) and (old_left > 0 or new_left > 0):
        mark, text = lines[at][:1], lines[at][1:]
        if mark not in (b" ", b"-", b"+", b"\\", b""):
            break
        if mark in (b" ", b"-", b""):  # an empty line of context may have lost its blank
            before.append(text)
            old_left -= 1
        if mark in (b" ", b"+", b""):
            after.append(text)
            new_left -= 1
        at += 1
    first = int(head[1]) - 1 if before else int(head[1])  # without lines before, it comes after this one
    return Hunk(max(first, 0), tuple(before), tuple(after)), at


def _find(lines: Sequence[bytes], hunk: Hunk, expected: int, first: int, work: Work) -> tuple[int, int, int] | None:
    """(line, lines left out at the beginning, lines left out at the end) of the nearest place that fits with as much
    context as possible; None if none fits."""
    if not hunk.before:
        return (max(expected, first), 0, 0) if max(expected, first) <= len(lines) else None
    head, tail = _context(hunk)
    for fuzz in range(FUZZ + 1):
        cut_head, cut_tail = min(fuzz, head), min(fuzz, tail)
        wanted = [line.rstrip() for line in hunk.before[cut_head : len(hunk.before) - cut_tail]]
        for start in _around(expected + cut_head, first, len(lines) - len(wanted)):
            same = 0
            while same < len(wanted) and lines[start + same].rstrip() == wanted[same]:
                same += 1
            work.spend(same + 1)
            if same == len(wanted):
                return start, cut_head, cut_tail
    return None


def _context(hunk: Hunk) -> tuple[int, int]:
    """The numbers of lines at the beginning, and at the end, that are the same before and after."""
    shorter = min(len(hunk.before), len(hunk.after))
    head = next((n for n in range(shorter) if hunk.before[n] != hunk.after[n]), shorter)
    tail = next((n for n in range(shorter - head) if hunk.before[-1 - n] != hunk.after[-1 - n]), shorter - head)
    return head, tail


def _around(expected: int, first: int, last: int) -> Iterator[int]:
    for distance in range(MAX_DRIFT):
        for place in dict.fromkeys((expected - distance, expected + distance)):
            if first <= place <= last:
                yield place
