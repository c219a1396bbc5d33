"""The spans of comments, strings, templates and regular expressions in JavaScript.

The code between them needs no reading token by token: names and punctuation are what they look like. Whether a slash
divides or begins a regular expression depends on the token before it; after a closing parenthesis or brace, on what is
before the opening one. Any bytes are read, in time linear in their length; what is never closed ends with its line, a
template or block comment with the file.
**Source:** ECMA-262, 16th edition (2025), clause 12 "Lexical Grammar" and annex B.1.1 "HTML-like Comments".
"""

import re
from array import array
from bisect import bisect_left
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from ..spans import Places

MAX_DEPTH = 100_000  # parentheses or braces in each other; deeper ones are not paired
FAILED_TIMES = 2  # how often all bytes of the file may be searched for the end of a supposed regular expression


class Spans(NamedTuple):
    """The offsets at which texts start and end, in order. Quotes, backticks, slashes and flags are outside."""

    starts: Places
    ends: Places


class Lexed(NamedTuple):
    """The spans of a file. Those of comments include their marks. ``templates``: each text between substitutions is
    one span."""

    comments: Spans
    strings: Spans
    templates: Spans
    patterns: Spans


def lexed(data: bytes) -> Lexed:
    found = _Lexer(data)
    found.read()
    return Lexed(*(_spans(pairs) for pairs in (found.comments, found.strings, found.templates, found.patterns)))


_LINE = rb"(?:[^\n\r\xe2]++|\xe2(?!\x80[\xa8\xa9]))*+"
_END = 0
_OPEN, _CLOSE, _BRACE, _BRACE_END, _STRING, _BACKTICK, _COMMENT, _ARROW, _SLASH = range(1, 10)
# The first line skips what needs no analysis, so that each match costs one token. It may skip all that is left: without the
# end as a match, the search would begin again at every byte of it.
_TOKEN = re.compile(
    rb"(?:[^(){}\"'`/<\\-]++|<(?!!--)|-(?!->)|\\(?:u\{[0-9A-Fa-f]*+\})?)*+(?:"
    rb"(\()|(\))|(\{)|(\})"
    rb"|(\"[^\"\\\n\r]*+(?:\\(?s:\r\n|.)[^\"\\\n\r]*+)*+\"?|'[^'\\\n\r]*+(?:\\(?s:\r\n|.)[^'\\\n\r]*+)*+'?)"
    rb"|(`)|(//" + _LINE + rb"|/\*(?s:.*?)(?:\*/|\Z)|<!--" + _LINE + rb")|(-->)|(/)|\Z)"
)
_TEMPLATE = re.compile(rb"(?s)[^`\\$]*+(?:(?:\\.|\$(?!\{))[^`\\$]*+)*+(?:(`)|(\$\{)|)")
# Always matches: for a span that is never closed, the length of the text that was searched.
_PATTERN = re.compile(
    rb"/([^\\/\[\n\r]*+(?:(?:\\[^\n\r]|\[[^\]\\\n\r]*+(?:\\[^\n\r][^\]\\\n\r]*+)*+(?:\]|\\?(?=[\n\r]|\Z)))"
    rb"[^\\/\[\n\r]*+)*+)(/[A-Za-z0-9_$]*+)?"
)
_HASHBANG = re.compile(rb"(?:\xef\xbb\xbf)?#!" + _LINE)
_REST_OF_LINE = re.compile(_LINE)
_SPACES = b" \t\n\r\v\f"
_LAST_WORD = re.compile(rb"(?<![\w$\x80-\xff])[a-z]{2,10}\Z")
_WORD_BYTES = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$") | frozenset(range(128, 256))
_BEFORE_OPERAND = frozenset(
    b"return typeof case in of do else void delete instanceof new throw yield await default extends".split()
)
_HEADS = frozenset(b"if while for with await".split())
_BLOCKS = frozenset(b"else do try finally".split())
_HOLE = -1  # in the stack of braces: a substitution of a template


class _Lexer:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self.comments, self.strings, self.templates, self.patterns = array("q"), array("q"), array("q"), array("q")
        self._comment_ends = array("q")
        self._braces = array("q")  # offsets of those that are open
        self._closed_paren = self._closed_brace = self._pattern_end = -1
        self._budget = FAILED_TIMES * len(data)

    def read(self) -> None:
        position = 0
        if hashbang := _HASHBANG.match(self._data):
            position = self._comment(*hashbang.span())
        parens, braces = array("q"), self._braces
        again = True
        while again:
            again = False
            for match in _TOKEN.finditer(self._data, position):
                kind = match.lastindex or _END
                if kind == _END:
                    break
                if kind == _OPEN:
                    if len(parens) < MAX_DEPTH:
                        parens.append(match.end() - 1)
                elif kind == _CLOSE:
                    self._closed_paren = parens.pop() if parens else -1
                elif kind == _BRACE:
                    if len(braces) < MAX_DEPTH:
                        braces.append(match.end() - 1)
                elif kind == _STRING:
                    start, end = match.span(kind)
                    if end - start > 1 and self._data[start] == self._data[end - 1]:
                        self.strings.extend((start + 1, end - 1))
                elif kind == _BRACE_END:
                    self._closed_brace = braces.pop() if braces else 0
                    if self._closed_brace == _HOLE:
                        position, again = self._template(match.end()), True
                        break
                elif (after := self._special(kind, *match.span(kind))) is not None:
                    position, again = after, True
                    break

    def _special(self, kind: int, start: int, end: int) -> int | None:
        """Handles one token. Returns the offset at which reading continues; None if that is the end of the token."""
        if kind == _COMMENT:
            self._comment(start, end)
            return None
        if kind == _BACKTICK:
            return self._template(end)
        if kind == _ARROW:
            line = self._data[max(self._data.rfind(b"\n", 0, start), self._data.rfind(b"\r", 0, start)) + 1 : start]
            return None if line.strip(_SPACES) else self._comment(start, _end(_REST_OF_LINE, self._data, end))
        return self._pattern(start) if self._budget > 0 and self._is_operand(start) else None

    def _comment(self, start: int, end: int) -> int:
        self.comments.extend((start, end))
        self._comment_ends.append(end)
        return end

    def _template(self, start: int) -> int:
        """Reads the text of a template from ``start`` to its end or the next substitution. Returns the offset of
        that."""
        match = _TEMPLATE.match(self._data, start)
        if match is None:
            return len(self._data)
        if match.lastindex:
            self.templates.extend((start, match.start(match.lastindex)))
        if match.lastindex == 2:
            self._braces.append(_HOLE)
        return match.end() if match.lastindex else len(self._data)

    def _pattern(self, start: int) -> int | None:
        match = _PATTERN.match(self._data, start)
        if match is None or not match[2] or not match[1]:
            self._budget -= match.end() - start if match else 0
            return None
        self.patterns.extend(match.span(1))
        self._pattern_end = match.end()
        return match.end()

    def _is_operand(self, at: int) -> bool:
        """Whether an operand begins at this offset, and not an operator."""
        at = self._before(at)
        if at == self._pattern_end or at == 0:
            return at == 0
        last = self._data[at - 1]
        if last in _WORD_BYTES:
            return self._word_before(at) in _BEFORE_OPERAND
        if last == ord(")"):
            return self._closed_paren >= 0 and self._word_before(self._before(self._closed_paren)) in _HEADS
        if last == ord("}"):
            return self._is_block(self._closed_brace)
        if last in b"+-":
            return self._data[at - 2 : at - 1] != self._data[at - 1 : at]
        if last == ord("."):
            return self._data[max(at - 3, 0) : at] == b"..."
        return last not in b"]\"'`"

    def _is_block(self, brace: int) -> bool:
        """Whether an opening brace begins statements, after which no operator can follow."""
        at = self._before(brace)
        if at == 0 or self._data[at - 1] in b";{})":
            return True
        if self._data[at - 1] in _WORD_BYTES:
            word = self._word_before(at)
            return word in _BLOCKS or word not in _BEFORE_OPERAND
        return self._data[max(at - 2, 0) : at] == b"=>"

    def _before(self, at: int) -> int:
        """The end of the last token before this offset."""
        while True:
            line = self._data[max(at - 256, 0) : at]
            kept = len(line.rstrip(_SPACES))
            at -= len(line) - kept
            if kept == 0 and line:
                continue
            index = bisect_left(self._comment_ends, at)
            if index == len(self._comment_ends) or self._comment_ends[index] != at:
                return at
            at = self.comments[2 * index]

    def _word_before(self, at: int) -> bytes:
        """The word before this offset if it could be a keyword, in lower case; b"" for the name of a property."""
        match = _LAST_WORD.search(self._data[max(at - 12, 0) : at])
        start = at - len(match[0]) if match else 0
        is_property = self._data[max(start - 1, 0) : start] == b"." and self._data[max(start - 3, 0) : start] != b"..."
        return match[0] if match and not is_property else b""


def _end(pattern: "re.Pattern[bytes]", data: bytes, start: int) -> int:
    match = pattern.match(data, start)
    return match.end() if match else start


def _spans(pairs: Iterable[int]) -> Spans:
    both = np.asarray(pairs, np.int64)
    return Spans(both[::2], both[1::2])
