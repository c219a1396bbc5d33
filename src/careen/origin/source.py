"""Source code in two forms that survive editing: its letters and digits, and its tokens without names.

``letters_of`` drops comments, white space and punctuation, and case: a reformatted file has the same letters. ``tokens_of``
gives one symbol for each token, the same for every identifier and every string, and which identifiers are the same: a file
with other names has the same tokens. ``literals_of`` gives the texts of string literals and the names that the file defines,
which a compiler or minifier keeps.
The ending of a file's name determines its language; comments and strings are found by its lexical rules alone, so a file that
does not compile is read as well.  **Source:** the lexical grammars of ISO C 6.4, ECMA-262 12, Python 2, Go, Java 3.
"""

import posixpath
import re
import string
from functools import cache, cached_property
from typing import NamedTuple

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from careen.safety.pattern import pattern

from .comments import gaps_of
from .spans import PIECE_BYTES, Bytes, Hashes, Places, Prefixes, bytes_of

STRING_BYTES = range(5, 4096)  # shorter ones are everywhere


class Language(Struct, frozen=True):
    """The lexical rules of a language. ``gaps`` finds comments, and ``strings`` the strings of a file without these: each
    group is the text of one."""

    name: str
    gaps: "re.Pattern[bytes]"
    strings: "re.Pattern[bytes]"
    keywords: tuple[bytes, ...]
    defines: "re.Pattern[bytes]"  # group 1 is a name that the file defines
    joins_strings: bool = False  # adjacent literals are one


# A string that is never closed ends with its line, or with the file: no byte is read twice.
_DOUBLE = rb'"(?P<string>(?:[^"\\\n]|\\.)*+)"?'
_SINGLE = rb"'(?P<single>(?:[^'\\\n]|\\.)*+)'?"
_QUASI = rb"`(?P<quasi>(?:[^`\\]|(?s:\\.))*+)`?"
_LONG = rb"\"\"\"(?P<long>(?s:.*?))(?:\"\"\"|\Z)|'''(?P<long2>(?s:.*?))(?:'''|\Z)"
_SHELL_SINGLE = rb"'(?P<single>[^'\n]*+)'?"
_C_COMMENT = rb"(?P<comment>//[^\n]*+|/\*(?s:.*?)(?:\*/|\Z))"


def _either(*patterns: bytes) -> "re.Pattern[bytes]":
    return re.compile(b"|".join(patterns))


def _gaps(gap: bytes, *steps: bytes) -> "re.Pattern[bytes]":
    """The pattern of the next comment, with the text before it, which ``steps`` match: one match for each comment,
    and none for a string."""
    over = b"|".join(re.sub(rb"\?P<\w+>", b"?:", step) for step in steps)
    return re.compile(b"(?:" + over + b")*+(?:" + gap + rb"|\Z)")


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
    _gaps(_C_COMMENT, rb"[^\"'/]++", rb"/(?![/*])", _DOUBLE, _SINGLE),
    _either(_DOUBLE, rb"'(?:[^'\\\n]|\\.)*+'?"),
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
    _gaps(_C_COMMENT, rb"[^\"'/`]++", rb"/(?![/*])", _DOUBLE, _SINGLE, _QUASI),
    _either(_DOUBLE, _SINGLE, _QUASI),
    tuple(_SCRIPT_WORDS),
    re.compile(rb"(?:function\s+|\bclass\s+|\.prototype\.)([A-Za-z_$][\w$]{3,})"),
)
_PYTHON = Language(
    "python",
    _gaps(
        rb"(?P<comment>\#[^\n]*+)|(?P<docstring>" + _LONG.replace(b"?P<long>", b"?:").replace(b"?P<long2>", b"?:") + b")",
        rb"[^\"'\#]++",
        rb"(?!\"\"\"|''')(?:" + _DOUBLE + b"|" + _SINGLE + b")",
    ),
    _either(_LONG, _DOUBLE, _SINGLE),
    tuple(_PYTHON_WORDS),
    re.compile(rb"\b(?:def|class)\s+([A-Za-z_]\w{3,})"),
)
_HASHED = Language(
    "hashed",
    _gaps(rb"(?P<comment>\#[^\n]*+)", rb"[^\"'\#]++", rb"(?<=\S)\#", _DOUBLE, _SHELL_SINGLE),
    _either(_DOUBLE, _SHELL_SINGLE),
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


def language_of(path: str) -> Language | None:
    """The language of a file by the ending of its name; None if it is not known as source code."""
    return _ENDINGS.get(posixpath.splitext(path.lower())[1])


class Tokens(NamedTuple):
    """The tokens of a file. ``offsets``: the place at which each begins. ``links``: for an identifier, the index of
    the last token before it that is the same; else -1."""

    codes: Bytes
    offsets: Places
    links: Places

    @property
    def are_numbers(self) -> "NDArray[np.bool_]":
        return (self.codes >= _NUMBERS.start) & (self.codes < _NUMBERS.stop)


class Parsed:
    """A file, with the spans of its comments and of its strings as pairs of offsets. Each is computed on first use."""

    def __init__(self, data: bytes, language: Language) -> None:
        self.data = data
        self.language = language

    @cached_property
    def gaps(self) -> tuple[tuple[int, int], ...]:
        return tuple(gaps_of(self.data, self.language.gaps))

    @cached_property
    def code(self) -> bytes:
        """The file with blanks in place of comments."""
        kept = bytearray(self.data)
        for start, end in self.gaps:
            kept[start:end] = b" " * (end - start)
        return bytes(kept)

    @cached_property
    def strings(self) -> tuple[tuple[int, int], ...]:
        found = []
        for match in self.language.strings.finditer(self.code):
            group = match.lastgroup
            if group in _TEXTS and match.end() > match.end(group):  # it is closed
                found.append(match.span(group))
        return tuple(found)


def letters_of(source: Parsed) -> Bytes:
    """The letters, in lower case, and digits of a file outside of comments; those of strings count."""
    return bytes_of(_without_comments(source).translate(_LOWERED, _NO_LETTERS))


def letters_of_numbers(source: Parsed) -> "NDArray[np.bool_]":
    """For each of ``letters_of``, whether it is in a number, or in a character that is written as one: ``\\u0660``."""
    text = bytes_of(_without_comments(source))
    is_word = np.zeros(text.size + 2, np.bool_)
    is_word[1:-1] = _IS_LETTER[text] | (text == ord("_"))
    edges = np.flatnonzero(is_word[1:] != is_word[:-1])
    starts, ends = edges[::2], edges[1::2]
    first, second, before = text[starts], text[np.minimum(starts + 1, text.size - 1)], text[np.maximum(starts - 1, 0)]
    is_escaped = (before == ord("\\")) & np.isin(first, _OF_ESCAPES) & _IS_HEX[second]
    is_number = is_escaped | ((first >= ord("0")) & (first <= ord("9")))
    change = np.zeros(text.size + 1, np.int64)
    change[starts[is_number]] = 1
    change[ends[is_number]] -= 1
    found: NDArray[np.bool_] = (np.cumsum(change[:-1]) > 0)[_IS_LETTER[text]]
    return found


def _without_comments(source: Parsed) -> bytes:
    kept, at = [], 0
    for start, end in source.gaps:
        kept.append(source.data[at:start])
        at = end
    return b"".join((*kept, source.data[at:])) if kept else source.data


def tokens_of(source: Parsed) -> Tokens:
    """The tokens of a file. Keywords and punctuation have codes of their own, numbers have one for each value; all
    strings share one, and so do all identifiers."""
    data = bytes_of(source.code).copy()
    for start, end in source.strings:
        data[start:end] = ord(" ")
    classes = np.zeros(data.size + 2, np.uint8)
    classes[1:-1] = bytes_of(data.tobytes().translate(_CLASSES))
    is_word = classes == _WORD
    edges = np.flatnonzero(is_word[1:] != is_word[:-1])
    starts, ends = edges[::2], edges[1::2]
    codes = np.where(classes[1:-1] > _WORD, data, 0)
    hashes = _word_hashes(data, starts, ends)
    word_codes = _word_codes(data[starts] if starts.size else data[:0], hashes, source.language)
    codes[starts] = word_codes
    offsets = np.flatnonzero(codes)
    links = np.full(offsets.size, -1, np.int64)
    is_name = word_codes == _IDENTIFIER
    _link(links, np.searchsorted(offsets, starts[is_name]), hashes[is_name])
    return Tokens(codes[offsets], offsets, links)


def _link(links: Places, places: Places, names: Hashes) -> None:
    """Links each occurrence of a name to the one before it."""
    order = np.argsort(names, kind="stable")
    again = np.flatnonzero(np.diff(names[order]) == 0)
    links[places[order[again + 1]]] = places[order[again]]


def literals_of(source: Parsed) -> tuple[frozenset[bytes], frozenset[bytes]]:
    """(texts of string literals, names that the file defines). A compiler joins adjacent literals of C, and a program has a
    text up to a NUL in it."""
    texts: list[list[bytes]] = []
    last_end = -1
    for start, end in source.strings:
        text = _unescaped(source.data[start:end])
        between = source.data[last_end:start] if source.language.joins_strings and last_end >= 0 else b"x"
        if texts and not between.strip(b' \t\r\n"'):
            texts[-1].append(text)
        else:
            texts.append([text])
        last_end = end
    whole = map(b"".join, texts)
    parts = (part for text in whole for part in text.split(b"\0")) if source.language.joins_strings else whole
    names = frozenset(source.language.defines.findall(source.data))
    return frozenset(text for text in parts if len(text) in STRING_BYTES), names


def _word_hashes(data: Bytes, starts: Places, ends: Places) -> Hashes:
    """The hashes of words; of a long word, only its beginning counts."""
    hashes = np.zeros(starts.size, np.uint64)
    ends = np.minimum(ends, starts + _LONGEST_WORD)
    step = PIECE_BYTES - _LONGEST_WORD
    for begin in range(0, data.size, step):
        inside = slice(*np.searchsorted(starts, (begin, begin + step)))
        piece = Prefixes(data[begin : begin + PIECE_BYTES])
        hashes[inside] = piece.hashes(starts[inside] - begin, ends[inside] - begin)
    return hashes


def _word_codes(first: Bytes, hashes: Hashes, language: Language) -> Bytes:
    """The codes of words. ``first``: the first byte of each word."""
    known, numbers = _keyword_hashes(language.name)
    at = np.minimum(np.searchsorted(known, hashes), known.size - 1)
    codes = np.where(known[at] == hashes, numbers[at], _IDENTIFIER).astype(np.uint8)
    is_number = (first >= ord("0")) & (first <= ord("9"))
    codes[is_number] = _NUMBERS.start + hashes[is_number] % np.uint64(len(_NUMBERS))
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


_ESCAPE = pattern(rb"\\(x[0-9A-Fa-f]{1,2}|[0-7]{1,3}|(?s:.))")
_ESCAPED = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"a": b"\a", b"b": b"\b", b"f": b"\f", b"v": b"\v", b"\n": b""}
_LONGEST_WORD = 64
_WORD, _PUNCTUATION = 1, 2
_IDENTIFIER, _NUMBERS, _FIRST_KEYWORD = 1, range(2, 33), 128


_WORD_BYTES = (string.ascii_letters + string.digits).encode()
_LOWERED = bytes.maketrans(string.ascii_uppercase.encode(), string.ascii_lowercase.encode())
_IS_LETTER = np.zeros(256, np.bool_)
_IS_LETTER[list(_WORD_BYTES)] = True
_IS_HEX = np.zeros(256, np.bool_)
_IS_HEX[list(string.hexdigits.encode())] = True
_OF_ESCAPES = bytes_of(b"uUx")
_NO_LETTERS = bytes(set(range(256)) - set(_WORD_BYTES))


_CLASSES = bytes(
    _WORD if byte in _WORD_BYTES + b"_$" else _PUNCTUATION if 32 < byte < 127 else 0  # spaces and bytes of other scripts
    for byte in range(256)
)
