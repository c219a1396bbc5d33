"""The features of one file, by family.

| family    | of                     | a feature is the hash of                                     |
|-----------|------------------------|--------------------------------------------------------------|
| file      | every file             | its bytes; of source also its letters                        |
| letters   | source                 | a stretch of 30 letters and digits (``source.letters_of``)   |
| tokens    | source                 | a stretch of 24 tokens (``source.tokens_of``)                |
| literals  | source, programs       | the text of a string literal                                 |
| names     | source, programs       | a name that the file defines                                 |
"""

import hashlib
from collections.abc import Iterator, Mapping

import numpy as np

from .binary import texts_of
from .java.class_file import is_class, read_class
from .java.features import class_features
from .javascript.features import is_script, script_features
from .source import Parsed, language_of, letters_of, literals_of, parsed, tokens_of
from .spans import HASH_BITS, Hashes, hashes_of
from .winnowing import fingerprints

FAMILIES = ("file", "letters", "tokens", "literals", "names", "sequences")
LETTERS = (30, 64)  # size of a gram, and of a window
TOKENS = (24, 16)
MIN_LETTERS = 64  # files with fewer are alike by chance
MAX_SOURCE_BYTES = 16 << 20
PROGRAM_HEADS = (b"\x7fELF", b"MZ", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"!<arch>\n")

Features = Mapping[str, Hashes]


def features_of(path: str, data: bytes) -> Features:
    """Of source code and programs; of any other file its whole content alone. Hashes are sorted, each once.

    A family is computed when it is asked for: most files are known by the first ones.
    """
    language = language_of(path)
    if is_class(data):
        try:
            return class_features(read_class(data))
        except ValueError:
            return {"file": _whole(data)}
    if data.startswith(PROGRAM_HEADS):
        texts = texts_of(data)
        return {"file": _whole(data), "literals": texts.literals, "names": texts.names}
    if language is not None and len(data) <= MAX_SOURCE_BYTES:
        source = _Source(parsed(data, language), is_script=is_script(path))
        if source.letters.size >= MIN_LETTERS:
            return source
    return {"file": _whole(data)}


class _Source(Mapping[str, Hashes]):
    def __init__(self, source: Parsed, *, is_script: bool = False) -> None:
        self._source = source
        self._is_script = is_script
        self.letters = letters_of(source).codes
        self._known: dict[str, Hashes] = {}

    def __getitem__(self, family: str) -> Hashes:
        if family not in self._known:
            self._known |= self._computed(family)
        return self._known[family]

    def __iter__(self) -> Iterator[str]:
        return iter(FAMILIES)

    def __len__(self) -> int:
        return len(FAMILIES)

    def _computed(self, family: str) -> dict[str, Hashes]:
        if family == "file":
            return {family: _whole(self._source.data, b"letters\0" + self.letters.tobytes())}
        if family == "letters":
            return {family: np.unique(fingerprints(self.letters, *LETTERS).hashes)}
        if family == "tokens":
            return {family: np.unique(fingerprints(tokens_of(self._source).codes, *TOKENS).hashes)}
        if self._is_script:
            return script_features(self._source.data)
        literals, names = literals_of(self._source)
        return {"literals": hashes_of(literals), "names": hashes_of(names), "sequences": np.empty(0, np.uint64)}


def _whole(*contents: bytes) -> Hashes:
    return np.unique(np.array([_digest(content) for content in contents if content], np.uint64))


def _digest(data: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "big") >> (64 - HASH_BITS)
