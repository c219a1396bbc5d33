"""Edits that an editor offers for a remark. Each is tested first: it is offered only if the finding disappears."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

from msgspec.structs import replace

from careen.checks.kinds import kind_of
from careen.model.advisory import SEVERITIES
from careen.model.finding import Misconfiguration, Vulnerability

from .checker import Checker, Remarks
from .documents import Document
from .raising import raised
from .remarks import NOT_READ, QuickFix, Remark
from .repairs import repairs
from .repairs.rows import At, Rows, indent_of

MAX_TRIED = 12  # texts that are checked for one remark
_REASON = "state why this is accepted"


def fixes_of(remarks: Iterable[Remark], document: Document, checker: Checker) -> list[QuickFix]:
    """The edits for these remarks; one that removes several of them is listed once."""
    found: dict[tuple[str, tuple[str, ...]], QuickFix] = {}
    for remark in remarks:
        for fix in fixes_for(remark, document, checker):
            same = found.get((fix.title, fix.lines))
            found[fix.title, fix.lines] = replace(fix, remarks=(*same.remarks, remark)) if same else fix
    return list(found.values())


def fixes_for(remark: Remark, document: Document, checker: Checker) -> Iterator[QuickFix]:
    rows = document.checked.split("\n")
    finding = remark.finding
    if finding is None or remark.code == NOT_READ or document.too_large:
        return
    if isinstance(finding, Vulnerability):
        yield from raised(remark, document, checker)
        return
    before = checker.check([document])[document.uri]
    repair = repairs().get(remark.code)
    if repair is not None and isinstance(finding, Misconfiguration):
        at = At(remark.line, remark.end_line, finding.message)
        if text := _first(repair(rows, at), document, checker, lambda after: _is_gone(remark, before, after)):
            yield QuickFix(_title(finding, rows, text), tuple(text), (remark,), preferred=True)
    for text in ignoring(rows, remark, document):
        if _first(iter((text,)), document, checker, lambda after: _is_suppressed(remark, before, after)):
            yield QuickFix(f"Ignore {remark.code} here", tuple(text), (remark,))


def ignoring(rows: Rows, remark: Remark, document: Document) -> Iterator[Rows]:
    """Yields the rows with a comment that ignores the finding, above the instruction or the line of YAML."""
    kind = kind_of(document.path, document.text)
    if kind is None:
        return
    row = min(remark.line, len(rows)) - 1
    while kind.name == "dockerfile" and row > 0 and _continues(rows[row - 1]):
        row -= 1
    yield [*rows[:row], f"{indent_of(rows[row])}# careen:ignore {remark.code} {_REASON}", *rows[row:]]


def _continues(row: str) -> bool:
    bare = row.strip()
    return bare.endswith(("\\", "`")) or (bare.startswith("#") and "=" not in bare)


def _first(texts: Iterator[Rows], document: Document, checker: Checker, is_right: Callable[[Remarks], bool]) -> Rows | None:
    """The first of the texts whose remarks satisfy ``is_right``; None if none of the first ``MAX_TRIED`` does."""
    for text in islice(texts, MAX_TRIED):
        edited = Document(document.uri, "\n".join(text), document.version, document.language)
        if edited.path == document.path and is_right(checker.check([edited])[document.uri]):
            return text
    return None


def _is_gone(remark: Remark, before: Remarks, after: Remarks) -> bool:
    """Whether this finding is gone, nothing more is unread, and no new finding is more severe."""
    counts, left = _counts(before), _counts(after)
    fewer = left.get(_key(remark), 0) < counts[_key(remark)]
    return fewer and not any(
        left[_key(other)] > counts.get(_key(other), 0)
        for other in after.found
        if other.code in (NOT_READ, remark.code) or _rank(other) < _rank(remark)
    )


def _is_suppressed(remark: Remark, before: Remarks, after: Remarks) -> bool:
    return len(after.suppressed) > len(before.suppressed) and _is_gone(remark, before, after)


def _counts(remarks: Remarks) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for remark in remarks.found:
        found[_key(remark)] = found.get(_key(remark), 0) + 1
    return found


def _key(remark: Remark) -> tuple[str, str]:
    return remark.code, remark.message


def _rank(remark: Remark) -> int:
    """A sort key: the most severe first."""
    return SEVERITIES.index(remark.severity) if remark.severity in SEVERITIES else len(SEVERITIES)


def _title(finding: Misconfiguration, before: Sequence[str], after: Sequence[str]) -> str:
    """A description of the change, if it is one short line; else the advice of the check."""
    new = [row.strip() for row in after if row not in set(before)]
    if len(after) < len(before) and not new:
        gone = [row.strip() for row in before if row not in set(after)]
        return f"Remove {gone[0]!r}" if len(gone) == 1 and len(gone[0]) <= 60 else finding.fix
    if len(new) == 1 and len(new[0]) <= 70:
        return f"Write {re.sub(r'^- ', '', new[0])}"
    return finding.fix
