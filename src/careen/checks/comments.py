"""Comments that suppress a finding: ``# careen:ignore DKR-006 the sum is checked by the script``.

Such a comment applies to its own line or, alone on a line, to the next one; ``careen:ignore-file`` applies to the whole
file. Ids are separated by commas; the rest is the reason.
Comments of other tools count too; the ``references`` of our checks translate their rules: ``# hadolint ignore=DL3003,DL4006``
for the instruction below, ``global ignore`` for the file, ``stage ignore`` for the stage, and the directive
``# check=skip=JSONArgsRecommended`` for the file.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence

from careen.formats.dockerfile.stages import Dockerfile, Stage
from careen.plugins import Check

from .run import Ignore

_ID = r"(?:[A-Z][A-Z0-9]+(?:-[A-Z][A-Z0-9]*)?-\d+|[a-z0-9]+(?:-[a-z0-9]+)+)(?![\w-])"  # of a check, or of a secret rule
_OURS = re.compile(rf"careen:ignore(-file)?[\s:=]+({_ID}(?:\s*,\s*{_ID})*)\s*(?:--?|:|#)?\s*(.*)")
_HADOLINT = re.compile(r"hadolint\s+(?:(global|stage)\s+)?ignore\s*=\s*([A-Z]+\d+(?:\s*,\s*[A-Z]+\d+)*)\s*(?:#\s*(.*))?$")


def comments_in_lines(text: str, path: str) -> tuple[Ignore, ...]:
    """The ignore comments of a file whose comments begin with ``#``. A comment on a line of its own applies to the
    next line with content."""
    if "careen:ignore" not in text:
        return ()
    rows = text.split("\n")
    following = _with_content(rows)
    found = []
    for number, row in enumerate(rows, start=1):
        if "careen:ignore" not in row:
            continue
        before, mark, comment = row.partition("#")
        match = _OURS.match(comment.strip()) if mark else None
        if match is None:
            continue
        line: int | None = number if before.strip() else following[number] or number
        if match[1]:
            line = None
        found.append(Ignore(_ids(match[2]), f"{path}:{number}", line, line, match[3].strip()))
    return tuple(found)


def comments_in_dockerfile(document: Dockerfile, checks: Sequence[Check]) -> tuple[Ignore, ...]:
    """The ignore comments of a Dockerfile. A comment applies to the instruction that contains it, or to the next one."""
    peers = _ids_by_peer(checks)
    return (*_directive(document, peers), *_of_comments(document, peers))


def _of_comments(document: Dockerfile, peers: Mapping[str, frozenset[str]]) -> Iterator[Ignore]:
    stages = [(stage.line, _end(stage)) for stage in document.stages]
    for comment in document.comments:
        source = f"{document.path}:{comment.line}"
        if match := _OURS.match(comment.text):
            lines = (None, None) if match[1] else _around(document, comment.line, directly=False)
            if match[1] or lines[0] is not None:
                yield Ignore(_ids(match[2]), source, *lines, match[3].strip())
        elif match := _HADOLINT.match(comment.text):
            ids = _translated(_ids(match[2]), peers)
            lines = (None, None)
            if match[1] == "stage":
                after = bisect_right(stages, comment.line, key=lambda stage: stage[0])
                lines = stages[after] if after < len(stages) else (None, None)
            elif match[1] is None:
                lines = _around(document, comment.line, directly=True)
            if ids and (match[1] == "global" or lines[0] is not None):
                yield Ignore(ids, source, *lines, (match[3] or "").strip())


def _directive(document: Dockerfile, peers: Mapping[str, frozenset[str]]) -> Iterator[Ignore]:
    value = document.parsed.directives.get("check", "")
    for part in value.split(";"):
        key, _, names = part.partition("=")
        if key.strip() != "skip":
            continue
        words = [name.strip() for name in names.split(",")]
        every = frozenset(id for rule, ids in peers.items() if not re.match(r"DL\d", rule) for id in ids)
        ids = every if "all" in words else _translated(words, peers)
        if ids:
            yield Ignore(ids, f"{document.path}:1", reason=f"# check={value}")


def _around(document: Dockerfile, line: int, *, directly: bool) -> tuple[int | None, int | None]:
    """The first and last line of the instruction that contains this line, or of the next one. ``directly``: only if
    no empty line or instruction is between."""
    instructions = document.parsed.instructions
    after = bisect_right(instructions, line, key=lambda instruction: instruction.line)
    if after and line <= instructions[after - 1].end_line:
        return instructions[after - 1].line, instructions[after - 1].end_line
    if after == len(instructions):
        return None, None
    following = instructions[after]
    if directly and not (following.comments and following.comments[0].line <= line):
        return None, None
    return following.line, following.end_line


def _end(stage: Stage) -> int:
    return max([stage.end_line, *(step.end_line for step in stage.steps)])


def _ids_by_peer(checks: Iterable[Check]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for check in checks:
        for reference in check.references:
            tool, _, rule = reference.partition(" ")
            if tool in ("Hadolint", "BuildKit"):
                found.setdefault(rule, set()).add(check.id)
    return {rule: frozenset(ids) for rule, ids in found.items()}


def _translated(rules: Iterable[str], peers: Mapping[str, frozenset[str]]) -> frozenset[str]:
    return frozenset(id for rule in rules for id in peers.get(rule, ()))


def _ids(text: str) -> frozenset[str]:
    return frozenset(map(str.strip, text.split(",")))


def _with_content(rows: Sequence[str]) -> list[int]:
    """For each number of lines from the start: the number of the next line with content; 0 if there is none."""
    found = [0] * (len(rows) + 1)
    for index in range(len(rows) - 1, -1, -1):
        bare = rows[index].strip()
        found[index] = index + 1 if bare and not bare.startswith("#") else found[index + 1]
    return found
