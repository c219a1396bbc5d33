"""The features of one file, by family.

| family    | of                     | a feature is the hash of                                     |
|-----------|------------------------|--------------------------------------------------------------|
| file      | every file             | its bytes; of source also its letters                        |
| letters   | source                 | a stretch of 30 letters and digits (``source.letters_of``)   |
| tokens    | source                 | a stretch of 24 tokens, by which names recur in it           |
| literals  | source, programs       | the text of a string literal                                 |
| names     | source, programs       | a name that the file defines                                 |
| tables    | source, programs       | a stretch of a table of constants (``tables``)               |
| sequences | JavaScript, Java       | a stretch of 4 texts and names in their order (``sequences``)|
|           | programs               | a stretch of 20 bytes of machine code (``machine_code``)     |
| stated    | source, programs       | the words in which a version is stated (``stated``)          |

For ``stated``, a file has the family ``statements``: pairs of such words and the version in them. Which of these words state
a project's own version shows only when all its releases are known. Further families are not in a knowledge base:
``lines``, in which fixes are looked up; ``numbers`` and ``number_tokens``, those of letters and of tokens that are mostly
numbers; ``table_rows`` and ``glance``, which show in a fraction of the time whether other families are worth computing.
"""

import hashlib
from collections.abc import Iterator, Mapping
from functools import cached_property

import numpy as np

from .binary import texts_of
from .bytecode import constants_and_names, is_bytecode
from .java.class_file import is_class, read_class
from .java.features import class_features
from .javascript.features import is_script, script_features
from .javascript.glance import glance
from .lines import grams_of
from .source import Parsed, Tokens, language_of, letters_of, letters_of_numbers, literals_of, tokens_of
from .spans import HASH_BITS, Bytes, Hashes, hashes_of
from .stated import statements
from .tables import constants_of
from .vocabulary import is_vocabulary
from .winnowing import grams_with, least_grams

FAMILIES = ("file", "letters", "tokens", "literals", "names", "tables", "sequences", "stated")
OF_A_FILE = (*FAMILIES[:-1], "statements")
NUMBERS = {"letters": "numbers", "tokens": "number_tokens"}  # the family of those that are mostly numbers
OF_A_PROGRAM = ("file", "literals", "names", "tables", "sequences", "statements")
LETTERS = (30, 64)  # size of a gram, and of a window
TOKENS = (24, 16)
NUMBERS_OF_LETTERS, NUMBERS_OF_TOKENS = 15, 8  # of a gram in a table of numbers, in which a token is a number or between two
MIN_LETTERS = 64  # files with fewer are alike by chance
LARGE_BYTES = 4096
MAX_SOURCE_BYTES = 16 << 20
PROGRAM_HEADS = (b"\x7fELF", b"MZ", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"!<arch>\n")

Features = Mapping[str, Hashes]


def features_of(path: str, data: bytes) -> Features:
    """The features of source code and programs, by family; of any other file, only that of its whole content. Hashes
    are sorted, each once; ``statements`` are pairs.

    A family is computed on first use: the first ones identify most files.
    """
    language = language_of(path)
    if is_class(data):
        try:
            return class_features(read_class(data))
        except ValueError:
            return {"file": _whole(data)}
    if data.startswith(PROGRAM_HEADS):
        return _Program(data)
    if is_bytecode(path, data):
        return {"file": _whole(data), **_of_bytecode(data)}
    if language is not None and len(data) <= MAX_SOURCE_BYTES:
        source = _Source(Parsed(data, language), is_script=is_script(path))
        # Of a large file, letters are counted on first use.
        return source if len(data) > LARGE_BYTES or source.has_enough else {"file": np.empty(0, np.uint64)}
    return {"file": _whole(data)}


class _Program(Mapping[str, Hashes]):
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._texts = texts_of(data)

    def __getitem__(self, family: str) -> Hashes:
        if family == "file":
            return _whole(self._data)
        if family not in self:
            raise KeyError(family)
        found: Hashes = getattr(self._texts, family)
        return found

    def __contains__(self, family: object) -> bool:
        return family in OF_A_PROGRAM or family == "table_rows"

    def __iter__(self) -> Iterator[str]:
        return iter(OF_A_PROGRAM)

    def __len__(self) -> int:
        return len(OF_A_PROGRAM)


class _Source(Mapping[str, Hashes]):
    """The features of source code. In JavaScript, literals and names are those that a minifier keeps, with properties."""

    def __init__(self, source: Parsed, *, is_script: bool = False) -> None:
        self._source = source
        self._is_script = is_script
        self._known: dict[str, Hashes] = {}

    @cached_property
    def _letters(self) -> Bytes:
        return letters_of(self._source)

    @cached_property
    def _tokens(self) -> Tokens:
        return tokens_of(self._source)

    @property
    def has_enough(self) -> bool:
        return self._letters.size >= MIN_LETTERS

    def __getitem__(self, family: str) -> Hashes:
        if family not in self._known:
            self._known |= self._computed(family)
        return self._known[family]

    def __contains__(self, family: object) -> bool:
        return family in OF_A_FILE or family in ("lines", *NUMBERS.values()) or (family == "glance" and self._is_script)

    def __iter__(self) -> Iterator[str]:
        return iter(OF_A_FILE)

    def __len__(self) -> int:
        return len(OF_A_FILE)

    def _computed(self, family: str) -> dict[str, Hashes]:
        if family == "lines":
            return {family: grams_of(self._source.data, self._source.language)}
        if family == "glance":
            return {family: glance(self._source.data)}
        if not self.has_enough:
            return {family: np.empty(0, np.uint64)}
        if family == "numbers":
            of_numbers = letters_of_numbers(self._source)
            return {family: grams_with(of_numbers, NUMBERS_OF_LETTERS, self._letters, *LETTERS)}
        if family == "number_tokens":
            tokens = self._tokens
            return {family: grams_with(tokens.are_numbers, NUMBERS_OF_TOKENS, tokens.codes, *TOKENS, tokens.links)}
        if family == "file":
            return {family: _whole(self._source.data, b"letters\0" + self._letters.tobytes())}
        if family == "letters":
            return {family: least_grams(self._letters, *LETTERS)}
        if family == "tokens":
            return {family: least_grams(self._tokens.codes, *TOKENS, self._tokens.links)}
        if family == "tables":
            return {family: constants_of(self._source)}
        if self._is_script and family != "statements":
            return script_features(self._source.data)
        literals, names = literals_of(self._source)
        literals = frozenset(text for text in literals if not is_vocabulary(text, self._source.language))
        found = {"literals": hashes_of(literals), "names": hashes_of(names), "statements": statements(literals)}
        return {family: found[family]} if self._is_script else {**found, "sequences": np.empty(0, np.uint64)}


def _of_bytecode(data: bytes) -> Features:
    """The features of compiled Python; none if the file cannot be read."""
    try:
        constants, names = constants_and_names(data)
    except ValueError:
        constants = names = frozenset()
    return {"literals": hashes_of(constants), "names": hashes_of(names)}


def _whole(*contents: bytes) -> Hashes:
    return np.array(sorted({_digest(content) for content in contents if content}), np.uint64)


def _digest(data: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "big") >> (64 - HASH_BITS)
