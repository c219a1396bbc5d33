"""The parts of JavaScript that a minifier must keep: literals, and the names of properties.

``texts_of`` gives them in their order, as a minifier writes them: escapes are resolved, ``"a" + "b"`` is one text,
``x["name"]`` and ``{"name": 1}`` are names, and a number is its value. Names of variables and parameters are left out, and
so is how the code is laid out.
**Source:** ECMA-262, 16th edition (2025), 12.9 "Literals", 13.2.5 "Object Initializer", 15.7 "Class Definitions".
"""

import re
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from careen.safety.pattern import pattern

from ..spans import Hashes, Places, bytes_of, hashes_in_order, hashes_of, hashes_of_spans
from .code import Code, characters
from .lexer import Spans, lexed

LITERAL_BYTES = range(2, 4096)
NAME_BYTES = range(3, 256)
LEAST_NUMBER = 256  # smaller ones are everywhere

_LEFT_OUT = frozenset((b"use strict", b"undefined"))  # minifiers drop or rewrite them


class Texts(NamedTuple):
    """The texts of a file, in its order. ``is_name``: the text is the name of a property; else it is a literal, which may be a
    number."""

    hashes: Hashes
    sizes: Places
    is_name: NDArray[np.bool_]
    is_number: NDArray[np.bool_]


class _Literals(NamedTuple):
    texts: list[bytes]
    offsets: list[int]
    is_name: list[bool]


def texts_of(data: bytes) -> Texts:
    spans = lexed(data)
    code = Code(data, spans)
    names = _names(data, code)
    literals = _Literals([], [], [])
    _add_strings(literals, data, code, spans.strings)
    _add_whole(literals, data, spans.templates, escapes=True)
    _add_whole(literals, data, spans.patterns, escapes=False)
    first_number = len(literals.texts)
    _add_numbers(literals, data, code)
    offsets = np.concatenate((np.array(literals.offsets, np.int64), names.starts))
    order = np.argsort(offsets, kind="stable")
    hashes = np.concatenate((hashes_in_order(literals.texts), hashes_of_spans(bytes_of(data), *names)))
    sizes = np.concatenate((np.array([len(text) for text in literals.texts], np.int64), names.ends - names.starts))
    is_name = np.concatenate((np.array(literals.is_name, np.bool_), np.ones(names.starts.size, np.bool_)))
    places = np.arange(offsets.size)
    is_number = (places >= first_number) & (places < len(literals.texts))
    return Texts(hashes[order], sizes[order], is_name[order], is_number[order])


def _names(data: bytes, code: Code) -> Spans:
    """The spans of property names: those that are read or set, those in object literals and in lists of names, and methods."""
    starts, ends = code.words
    sizes = ends - starts
    first = bytes_of(data)[starts]
    kept = (sizes >= NAME_BYTES.start) & (sizes < NAME_BYTES.stop) & ~_DIGITS[first]
    starts, ends = starts[kept], ends[kept]
    before, after = code.before(starts), code.after(ends)
    is_name = (before == ord(".")) & (code.before(starts, 2) != ord("."))
    in_list = (before == ord("{")) | (before == ord(","))
    is_name |= in_list & (after == ord(":"))
    short = np.flatnonzero(in_list & _SHORTHAND[after])
    is_name[short] = code.in_object(starts[short])
    calls = np.flatnonzero((after == ord("(")) & ~is_name & (_BEFORE_METHOD[before] | _follows_modifier(data, code, starts)))
    calls = calls[~np.isin(hashes_of_spans(bytes_of(data), starts[calls], ends[calls]), _NO_METHODS)]
    is_name[calls] = code.after_parentheses(ends[calls]) == ord("{")
    return Spans(starts[is_name], ends[is_name])


def _follows_modifier(data: bytes, code: Code, starts: Places) -> NDArray[np.bool_]:
    """Whether the word before each place is ``get``, ``set``, ``static`` or ``async``."""
    last = np.searchsorted(code.words.starts, starts) - 1
    near = np.flatnonzero((last >= 0) & _WORDS[code.before(starts)])
    begin, end = code.words.starts[last[near]], code.words.ends[last[near]]
    found = np.zeros(starts.size, np.bool_)
    short = np.flatnonzero(end - begin < NAME_BYTES.stop)
    found[near[short]] = np.isin(hashes_of_spans(bytes_of(data), begin[short], end[short]), _MODIFIERS)
    return found


def _add_strings(literals: _Literals, data: bytes, code: Code, strings: Spans) -> None:
    found = _Literals([], [], [])
    begins, ends = strings.starts - 1, strings.ends + 1  # with their quotes
    before, after = code.before(begins), code.after(ends)
    is_key = ((before == ord("{")) | (before == ord(","))) & (after == ord(":"))
    is_key |= (before == ord("[")) & (after == ord("]")) & _OBJECTS[code.before(begins, 2)]
    follows = np.zeros(begins.size, np.bool_)  # joined to the one before
    follows[1:] = (before[1:] == ord("+")) & (after[:-1] == ord("+")) & _QUOTES[code.before(begins[1:], 2)]
    for start, end, name, joined in zip(
        strings.starts.tolist(), strings.ends.tolist(), is_key.tolist(), follows.tolist(), strict=True
    ):
        text = unescaped(data[start:end])
        if joined and found.texts and len(found.texts[-1]) < LITERAL_BYTES.stop:
            found.texts[-1] += text
            continue
        _add(found, text, start, name and _IDENTIFIER.fullmatch(text) is not None)
    for text, offset, name in zip(*found, strict=True):
        if len(text) in LITERAL_BYTES and text not in _LEFT_OUT:
            _add(literals, text, offset, name)


def _add_whole(found: _Literals, data: bytes, spans: Spans, *, escapes: bool) -> None:
    for start, end in zip(spans.starts.tolist(), spans.ends.tolist(), strict=True):
        if end - start in LITERAL_BYTES:
            text = unescaped(data[start:end]) if escapes else data[start:end]
            if len(text) in LITERAL_BYTES:
                _add(found, text, start)


def _add_numbers(found: _Literals, data: bytes, code: Code) -> None:
    starts = code.words.starts
    content = bytes_of(data)
    starts = starts[_DIGITS[content[starts]] & (content[np.maximum(starts - 1, 0)] != ord("."))]
    for start in starts.tolist():
        match = _NUMBER.match(data, start)
        if match is not None and match.end() - start > 1:
            value = _value(match[0].replace(b"_", b""))
            if value >= LEAST_NUMBER or value % 1:
                _add(found, b"%r" % value, start)


def _add(found: _Literals, text: bytes, offset: int, is_name: bool = False) -> None:
    found.texts.append(text)
    found.offsets.append(offset)
    found.is_name.append(is_name)


def _value(text: bytes) -> float:
    if text[:1] == b"0" and text[1:2].isalpha() and text[1:2] not in b"eE":
        return float(int(text, 0))
    return float(text)


def unescaped(text: bytes) -> bytes:
    """The value of a string literal, as UTF-8."""
    if b"\\" not in text:
        return text
    value = _ESCAPE.sub(_character, text)
    if b"\xed" in value:  # perhaps two halves of one character
        try:
            return value.decode("utf-8", "surrogatepass").encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()
        except UnicodeDecodeError:
            return value
    return value


def _character(match: "re.Match[bytes]") -> bytes:
    if match.lastgroup == "other":
        return _ESCAPED.get(match[0][1:], match[0][1:])
    code = int(match[match.lastgroup or 0], 8 if match.lastgroup == "octal" else 16)
    return chr(code).encode("utf-8", "surrogatepass") if code <= 0x10FFFF else b""


_ESCAPE = pattern(
    rb"\\(?:x(?P<byte>[0-9A-Fa-f]{2})|u(?P<unit>[0-9A-Fa-f]{4})|u\{(?P<point>[0-9A-Fa-f]{1,8})\}|(?P<octal>[0-7]{1,3})"
    rb"|(?P<other>\r\n|(?s:.)))"
)
_ESCAPED = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"b": b"\b", b"f": b"\f", b"v": b"\v"}
_ESCAPED |= dict.fromkeys((b"\n", b"\r", b"\r\n"), b"")  # the literal goes on in the next line
_NUMBER = pattern(
    rb"0[xX][0-9A-Fa-f][0-9A-Fa-f_]{0,199}|0[oO][0-7][0-7_]{0,199}|0[bB][01][01_]{0,199}"
    rb"|[0-9][0-9_]*+(?:\.[0-9][0-9_]*+)?(?:[eE][+-]?[0-9]{1,4})?"
)
_IDENTIFIER = pattern(rb"[A-Za-z_$\x80-\xff][\w$\x80-\xff]*+")
_DIGITS, _QUOTES = characters(b"0123456789"), characters(b"\"'")
_WORDS = characters(bytes(byte for byte in range(128) if chr(byte).isalnum() or byte in b"_$"))
_OBJECTS = _WORDS | characters(b")]\"'`}")  # what ``[`` after it reads a property of
_SHORTHAND = characters(b",}")
_BEFORE_METHOD = characters(b"{},;*")
_MODIFIERS = hashes_of((b"get", b"set", b"static", b"async"))
_NO_METHODS = hashes_of((b"if", b"for", b"while", b"switch", b"catch", b"with", b"function"))
