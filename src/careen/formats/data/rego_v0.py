"""Rego modules in the syntax before OPA 1.0 -> the syntax of Rego v1, line by line.

Heads of rules get the keywords that v1 needs: ``deny[x] { … }`` becomes ``deny contains x if { … }``. Bodies stay as they are.
A module that is v1 already stays the same.
Raises: ValueError with its line, for a rule whose head cannot be converted.
**Source:** Open Policy Agent, "Upgrading to v1.0"; "v0 Backwards Compatibility".
"""

import re
from collections.abc import Iterator

from careen.safety.pattern import pattern

_TOKEN = pattern(r'"(?:[^"\\\n]|\\.)*"|`[^`]*`|#[^\n]*|[{}\[\]()]|\n|[^"`#{}\[\]()\n]+|.')
_MARKED = pattern(r"(?m)^\s*import\s+(?:rego\.v1|future\.keywords(?:\.\w+)?)\b")
_NAME = r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*"
_MEMBER = pattern(rf"({_NAME})\[(.+)\]\s*\Z")
_TRUTH = pattern(rf"({_NAME}(?:\(.*\))?|else)\s*\Z")
_VALUE = pattern(rf"({_NAME}(?:\(.*\)|\[.*\])?|else)\s*:?=\s*(\S.*?)\s*\Z")
_KEYWORD = pattern(r"\b(?:if|contains)\b")
_NO_RULE = pattern(r"(?:package|import|default)\b")


def as_v1(text: str) -> str:
    if _MARKED.search(text):
        return text
    rows = text.split("\n")
    for line, start, end in reversed(list(_heads(text))):
        row = rows[line]
        rows[line] = row[:start] + _converted(row[start:end], line + 1) + row[end:]
    return "\n".join(rows)


def _heads(text: str) -> Iterator[tuple[int, int, int]]:
    """The line, and the first and last column, of each text before a brace that opens the body of a rule."""
    line, column, depth = 0, 0, 0
    start: int | None = None  # of the statement, if it began in this line
    for match in _TOKEN.finditer(text):
        part = match[0]
        if part == "\n":
            line, column = line + 1, 0
            start = None if depth == 0 else start
            continue
        if depth == 0 and part == "{" and start is not None:
            head = text[match.start() - (column - start) : match.start()]
            if not _KEYWORD.search(head) and not head.rstrip().endswith("=") and not _NO_RULE.match(head):
                yield line, start, column
        if depth == 0 and start is None and not part.isspace() and not part.startswith("#"):
            start = column + len(part) - len(part.lstrip())
        if part in ("{", "[", "("):
            depth += 1
        elif part in ("}", "]", ")"):
            depth = max(depth - 1, 0)
            if depth == 0 and part == "}":
                start = None
        breaks = part.count("\n")  # of a raw text
        line += breaks
        column = len(part) - part.rfind("\n") - 1 if breaks else column + len(part)


def _converted(head: str, line: int) -> str:
    text = head.rstrip()
    if match := _VALUE.match(text):
        return f"{match[1]} := {match[2]} if "
    if match := _MEMBER.match(text):
        return f"{match[1]} contains {match[2]} if "
    if match := _TRUTH.match(text):
        return f"{match[1]} if "
    shown = re.sub(r"\s+", " ", text)[:60]
    raise ValueError(f"line {line}: {shown!r} is not the head of a rule in Rego v0 or v1")
