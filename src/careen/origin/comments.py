"""The spans of comments and docstrings, also where an edit took the begin or the end of one.

A comment that lost its end would go on to the end of the next one, and a docstring would make text of code and code of text. A
file with such an edit does not compile, but its code is still there.
"""

import re
from collections.abc import Iterator

from careen.safety.pattern import pattern

QUOTES = (b'"""', b"'''")
# The lines of a block comment that begin with an asterisk, as most authors write it.
_LINES = pattern(rb"/\*[^\n]*+(?:\n[ \t]*+\*[^\n]*+)*+")
_BEGINS = pattern(rb"(?<=\s)/\*")
_DEFINES = pattern(rb"(?m)^[ \t]*+(?:async[ \t]++)?(?:def|class)[ \t]++\w")
_BODY_BEGINS = pattern(rb":[ \t]*+(?:#[^\n]*+)?\r?\n[ \t]*+[rR]?\Z")
_WIDEST_INDENT = 512


def gaps_of(data: bytes, gaps: "re.Pattern[bytes]", *, as_compiled: bool = False) -> Iterator[tuple[int, int]]:
    """The spans of comments and docstrings. ``gaps`` matches the text up to the next one, and the group ``comment`` or
    ``docstring`` of that; each match begins where the one before it ends. ``as_compiled``: what is lost hides code as it does
    from a compiler."""
    at = 0
    while at < len(data) and (match := gaps.match(data, at)) and (kind := match.lastgroup):
        start, end = match.span(kind)
        at = end
        if kind == "docstring":
            if not as_compiled and _is_alone(data, start, end):
                at = start + len(QUOTES[0])
                yield start, at
            else:
                yield from _docstring(data, start, end)
        elif data.startswith(b"/*", start) and not as_compiled:
            yield from _blocks(data, start, end)
        else:
            yield start, end


def _blocks(data: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The comments in the span of one: if another begins in it, it lost its end, and has only those lines that show it."""
    is_closed = end - start >= len(b"/**/") and data.endswith(b"*/", start, end)
    if not is_closed or data.find(b"/*", start + 2, end) >= 0:
        while lines := _LINES.match(data, start, end):
            after = _BEGINS.search(data, lines.end(), end)
            if after is None:
                end = end if is_closed else lines.end()
                break
            yield start, lines.end()
            start = after.start()
    yield start, end


def _is_alone(data: bytes, start: int, end: int) -> bool:
    """Whether the quotes at the start of this span lost the other quotes of their string: the span goes up to the end of the
    file, or is code up to the docstring of a function or class."""
    if end - start < 2 * len(QUOTES[0]) or not data.endswith(QUOTES, start, end):
        return True
    end -= len(QUOTES[0])
    return bool(_BODY_BEGINS.search(data, max(end - _WIDEST_INDENT, start), end) and _DEFINES.search(data, start, end))


def _docstring(data: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The span with its prefix, unless other code is before it on its line."""
    start -= data[start - 1 : start] in (b"r", b"R")
    before = data[max(start - _WIDEST_INDENT, 0) : start].rpartition(b"\n")
    if not before[2].strip(b" \t") and (before[1] or start < _WIDEST_INDENT):
        yield start, end
