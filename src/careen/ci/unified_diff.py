"""A unified diff of one file applied to its text, without any tolerance: a line that differs from the diff is an error.

Raises: ValueError.
**Source:** POSIX.1-2024, diff utility, "Diff -u Output Format".
"""

from collections.abc import Iterator

from careen.safety.pattern import pattern

_HUNK = pattern(r"@@ -([0-9]{1,9})(?:,([0-9]{1,9}))? \+[0-9]{1,9}(?:,[0-9]{1,9})? @@.*")
_NO_NEWLINE = "\\ No newline at end of file"


def applied(text: str, diff: str) -> str:
    """The text after the diff is applied."""
    old = [f"{line}\n" for line in text.split("\n")]
    old[-1] = old[-1].removesuffix("\n")
    old = old if old[-1] else old[:-1]
    made: list[str] = []
    at = 0
    for first, length, body in _hunks(diff.split("\n")):
        start = first - 1 if length else first
        if start < at or start > len(old):
            raise ValueError(f"the hunk at line {first} is out of order")
        made += old[at:start]
        at = start
        for sign, line in body:
            if sign in " -":
                if at >= len(old) or old[at] != line:
                    raise ValueError(f"line {at + 1} is not the one of the diff")
                at += 1
            if sign in " +":
                made.append(line)
    return "".join((*made, *old[at:]))


def _hunks(lines: list[str]) -> Iterator[tuple[int, int, list[tuple[str, str]]]]:
    """(first line, number of old lines, lines with their signs)."""
    head: tuple[int, int] | None = None
    body: list[tuple[str, str]] = []
    for line in lines:
        if found := _HUNK.fullmatch(line):
            if head:
                yield (*head, body)
            head, body = (int(found[1]), int(found[2] or 1)), []
        elif line == _NO_NEWLINE and body:
            body[-1] = (body[-1][0], body[-1][1].removesuffix("\n"))
        elif head and line[:1] in (" ", "-", "+") and line:
            body.append((line[0], line[1:] + "\n"))
        elif head and line:
            raise ValueError("this is not a diff of one file")
    if not head:
        raise ValueError("there is no hunk")
    yield (*head, body)
