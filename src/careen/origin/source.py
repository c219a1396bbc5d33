"""Source code in two forms that survive editing: its letters and digits, and its tokens without names.

``letters_of`` drops comments, white space and punctuation, and case: a reformatted file has the same letters. ``tokens_of``
gives one symbol for each token, the same for every identifier and every literal: a file with other names has the same tokens.
Both give, for each symbol, its offset in the file. ``literals_of`` gives the texts of string literals and the names that
the file defines, which a compiler or minifier keeps.
A language is known by the ending of a file's name; comments and strings are found by its lexical rules alone, so a file that
does not compile is read as well.  **Source:** the lexical grammars of ISO C 6.4, ECMA-262 12, Python 2, Go, Java 3.
"""

import posixpath
import re
from functools import cache
from typing import NamedTuple

import numpy as np
from msgspec import Struct

from .spans import PIECE_BYTES, Bytes, Places, Prefixes, bytes_of

STRING_BYTES = range(5, 4096)  # shorter ones are everywhere


class Language(Struct, frozen=True):
    """``lexical`` finds comments (group ``comment``) and strings (group ``string``, its text without quotes)."""

    name: str
    lexical: "re.Pattern[bytes]"
    keywords: tuple[bytes, ...]
    defines: "re.Pattern[bytes]"  # group 1 is a name that the file defines
    joins_strings: bool = False  # adjacent literals are one


# A string that is never closed ends with its line, or with the file: no byte is looked at twice.
_DOUBLE = rb'"(?P<string>(?:[^"\\\n]|\\.)*+)"?'
_SINGLE = rb"'(?:[^'\\\n]|\\.)*+'?"
_C_COMMENT = rb"(?P<comment>//[^\n]*+|/\*(?s:.*?)(?:\*/|\Z))"
# Words that other languages of the family use as names are left out: a keyword must not hide behind a new name.
_C_WORDS = (
    b"auto break case char const continue default do double else enum extern float for goto if inline int long register "
    b"return short signed sizeof static struct switch typedef union unsigned void volatile while class private public "
    b"protected throw try catch namespace template operator virtual import package interface implements extends"
).split()
_SCRIPT_WORDS = (
    b"break case class const continue default delete do else export extends finally for function if import in instanceof let "
    b"new return switch this throw try typeof var void while yield async await of null true false undefined"
).split()
_PYTHON_WORDS = (
    b"False None True and as assert async await break class continue def del elif else except finally for from global if "
    b"import in is lambda nonlocal not or pass raise return try while with yield self"
).split()
_HASH_WORDS = (
    b"if then else elsif elif end do done fi for in while until case esac when function def class module my sub".split()
)

_C = Language(
    "c",
    re.compile(_C_COMMENT + b"|" + _DOUBLE + b"|" + _SINGLE),
    tuple(_C_WORDS),
    # A definition at the beginning of a line: types, then the name and its parameters; in GNU style the name alone.
    # The result may be in a macro (``API(int) name(``); a method is named by its class as well.
    re.compile(
        rb"(?m)^(?!return|else|#|if|for|while|switch)(?:[A-Z_][A-Z0-9_]*\([^()\n]{0,80}\)[ \t]*)?"
        rb"(?:[A-Za-z_][\w \t*&:<>,]*[ \t*&])?(?:\w+::)*?([A-Za-z_]\w*::~?[A-Za-z_]\w*|[A-Za-z_]\w{3,})[ \t]*\("
    ),
    joins_strings=True,
)
_SCRIPT = Language(
    "script",
    re.compile(_C_COMMENT + rb"|" + _DOUBLE + rb"|'(?P<single>(?:[^'\\\n]|\\.)*+)'?|`(?P<quasi>(?:[^`\\]|(?s:\\.))*+)`?"),
    tuple(_SCRIPT_WORDS),
    re.compile(rb"(?:function\s+|\bclass\s+|\.prototype\.)([A-Za-z_$][\w$]{3,})"),
)
_PYTHON = Language(
    "python",
    re.compile(
        rb"(?P<comment>\#[^\n]*+)"
        rb"|(?m:^[ \t]*+)(?P<docstring>[rR]?(?:\"\"\"(?s:.*?)(?:\"\"\"|\Z)|'''(?s:.*?)(?:'''|\Z)))"
        rb"|\"\"\"(?P<long>(?s:.*?))(?:\"\"\"|\Z)|'''(?P<long2>(?s:.*?))(?:'''|\Z)"
        rb"|\"(?P<string>(?:[^\"\\\n]|\\.)*+)\"?|'(?P<single>(?:[^'\\\n]|\\.)*+)'?"
    ),
    tuple(_PYTHON_WORDS),
    re.compile(rb"\b(?:def|class)\s+([A-Za-z_]\w{3,})"),
)
_HASHED = Language(
    "hashed",
    re.compile(rb"(?P<comment>(?m:^|(?<=\s))\#[^\n]*+)|" + _DOUBLE + rb"|'(?P<single>[^'\n]*+)'?"),
    tuple(_HASH_WORDS),
    re.compile(rb"\b(?:def|sub|function|class|module)\s+([A-Za-z_]\w{3,})"),
)

_ENDINGS: dict[str, Language] = {
    **dict.fromkeys(
        [
            ".c",
            ".h",
            ".cc",
            ".cpp",
            ".cxx",
            ".hh",
            ".hpp",
            ".hxx",
            ".inc",
            ".m",
            ".mm",
            ".java",
            ".go",
            ".rs",
            ".cs",
            ".kt",
            ".scala",
            ".swift",
            ".cu",
            ".y",
            ".l",
        ],
        _C,
    ),
    **dict.fromkeys([".js", ".mjs", ".cjs", ".ts", ".jsx", ".tsx", ".php"], _SCRIPT),
    **dict.fromkeys([".py", ".pyx", ".pxd", ".pyi"], _PYTHON),
    **dict.fromkeys([".rb", ".pl", ".pm", ".sh", ".bash", ".r", ".tcl"], _HASHED),
}
_TEXTS = ("string", "single", "quasi", "long", "long2")
_GAPS = ("comment", "docstring")


def language_of(path: str) -> Language | None:
    """By the ending of the name; None for what is not known as source code."""
    return _ENDINGS.get(posixpath.splitext(path.lower())[1])


class Symbols(NamedTuple):
    """``offsets``: where in the file each symbol begins."""

    codes: Bytes
    offsets: Places


class Parsed(NamedTuple):
    """A file and the spans of its comments and strings, as pairs of offsets."""

    data: bytes
    language: Language
    gaps: tuple[tuple[int, int], ...]
    strings: tuple[tuple[int, int], ...]


def parsed(data: bytes, language: Language) -> Parsed:
    gaps, strings = [], []
    for match in language.lexical.finditer(data):
        group = match.lastgroup
        if group in _GAPS:
            gaps.append(match.span(group))
        elif group in _TEXTS and match.end() > match.end(group):  # it is closed
            strings.append(match.span(group))
    return Parsed(data, language, tuple(gaps), tuple(strings))


def letters_of(source: Parsed) -> Symbols:
    """Letters in lower case and digits, outside comments; of strings too."""
    data = bytes_of(source.data)
    lowered = _LETTERS[data]
    _blank(lowered, source.gaps)
    offsets = np.flatnonzero(lowered)
    return Symbols(lowered[offsets], offsets)


def tokens_of(source: Parsed) -> Symbols:
    """One code a token: keywords and punctuation their own, all identifiers one, all numbers one, all strings one."""
    data = bytes_of(source.data).copy()
    _blank(data, source.gaps, ord(" "))
    _blank(data, source.strings, ord(" "))
    classes = _CLASSES[data]
    is_word = classes == _WORD
    edges = np.flatnonzero(np.diff(is_word, prepend=False, append=False))
    starts, ends = edges[::2], edges[1::2]
    codes = np.where(classes > _WORD, data, 0)
    codes[starts] = _word_codes(data, starts, ends, source.language)
    offsets = np.flatnonzero(codes)
    return Symbols(codes[offsets], offsets)


def literals_of(source: Parsed) -> tuple[frozenset[bytes], frozenset[bytes]]:
    """(texts of string literals, names that the file defines)."""
    texts: list[bytes] = []
    last_end = -1
    for start, end in source.strings:
        text = _unescaped(source.data[start:end])
        between = source.data[last_end:start] if source.language.joins_strings and last_end >= 0 else b"x"
        if texts and not between.strip(b' \t\r\n"'):
            texts[-1] += text
        else:
            texts.append(text)
        last_end = end
    names = frozenset(source.language.defines.findall(source.data))
    return frozenset(text for text in texts if len(text) in STRING_BYTES), names


def _blank(data: Bytes, spans: tuple[tuple[int, int], ...], value: int = 0) -> None:
    for start, end in spans:
        data[start:end] = value


def _word_codes(data: Bytes, starts: Places, ends: Places, language: Language) -> Bytes:
    codes = np.full(starts.size, _IDENTIFIER, np.uint8)
    known, numbers = _keyword_hashes(language.name)
    for begin in range(0, data.size, PIECE_BYTES - _LONGEST_WORD):
        piece = Prefixes(data[begin : begin + PIECE_BYTES])
        inside = np.flatnonzero((starts >= begin) & (ends <= begin + PIECE_BYTES) & (ends - starts <= _LONGEST_WORD))
        hashes = piece.hashes(starts[inside] - begin, ends[inside] - begin)
        at = np.minimum(np.searchsorted(known, hashes), known.size - 1)
        is_keyword = known[at] == hashes
        codes[inside[is_keyword]] = numbers[at[is_keyword]]
    first = data[starts] if starts.size else np.empty(0, np.uint8)
    codes[(first >= ord("0")) & (first <= ord("9"))] = _NUMBER
    return codes


@cache
def _keyword_hashes(name: str) -> "tuple[np.ndarray[tuple[int], np.dtype[np.uint64]], Bytes]":
    language = next(language for language in _ENDINGS.values() if language.name == name)
    text = b" ".join(language.keywords)
    ends = np.cumsum([len(word) + 1 for word in language.keywords]) - 1
    starts = np.concatenate(([0], ends[:-1] + 1))
    hashes = Prefixes(bytes_of(text)).hashes(starts, ends)
    order = np.argsort(hashes)
    return hashes[order], (np.arange(len(language.keywords)) + _FIRST_KEYWORD).astype(np.uint8)[order]


def _unescaped(text: bytes) -> bytes:
    if b"\\" not in text:
        return text
    return _ESCAPE.sub(lambda match: _ESCAPED.get(match[1]) or _by_number(match[1]), text)


def _by_number(text: bytes) -> bytes:
    if text[:1] == b"x" and len(text) > 1:
        return bytes((int(text[1:], 16) & 255,))
    if text[:1] in b"01234567":
        return bytes((int(text, 8) & 255,))
    return text


_ESCAPE = re.compile(rb"\\(x[0-9A-Fa-f]{1,2}|[0-7]{1,3}|(?s:.))")
_ESCAPED = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"a": b"\a", b"b": b"\b", b"f": b"\f", b"v": b"\v", b"\n": b""}
_LONGEST_WORD = 32
_WORD = 1
_IDENTIFIER, _NUMBER, _FIRST_KEYWORD = 1, 2, 128


def _table(kind: str) -> Bytes:
    table = np.zeros(256, np.uint8)
    for byte in range(256):
        character = chr(byte)
        is_word = byte < 128 and (character.isalnum() or character in "_$")
        if kind == "letters" and byte < 128 and character.isalnum():
            table[byte] = ord(character.lower())
        elif kind == "classes":
            table[byte] = _WORD if is_word else 2 if 32 < byte < 127 else 0
    return table


_LETTERS, _CLASSES = _table("letters"), _table("classes")
