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
from collections.abc import Mapping

import numpy as np

from .binary import texts_of
from .source import language_of, letters_of, literals_of, parsed, tokens_of
from .spans import HASH_BITS, Hashes, hash_of
from .winnowing import fingerprints

FAMILIES = ("file", "letters", "tokens", "literals", "names")
LETTERS = (30, 64)  # size of a gram, and of a window
TOKENS = (24, 16)
MIN_LETTERS = 64  # files with fewer are alike by chance
MAX_SOURCE_BYTES = 16 << 20
PROGRAM_HEADS = (b"\x7fELF", b"MZ", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"!<arch>\n")

Features = Mapping[str, Hashes]


def features_of(path: str, data: bytes) -> Features:
    """Of source code and programs; of any other file its whole content alone. Hashes are sorted, each once."""
    whole = [_digest(data)] if data else []
    language = language_of(path)
    if data.startswith(PROGRAM_HEADS):
        texts = texts_of(data)
        return {"file": _hashes(whole), "literals": texts.literals, "names": texts.names}
    if language is None or len(data) > MAX_SOURCE_BYTES:
        return {"file": _hashes(whole)}
    source = parsed(data, language)
    letters = letters_of(source)
    if letters.codes.size < MIN_LETTERS:
        return {"file": _hashes(whole)}
    literals, names = literals_of(source)
    return {
        "file": _hashes([*whole, _digest(b"letters\0" + letters.codes.tobytes())]),
        "letters": np.unique(fingerprints(letters.codes, *LETTERS).hashes),
        "tokens": np.unique(fingerprints(tokens_of(source).codes, *TOKENS).hashes),
        "literals": _hashes([hash_of(text) for text in literals]),
        "names": _hashes([hash_of(name) for name in names]),
    }


def _digest(data: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "big") >> (64 - HASH_BITS)


def _hashes(values: "list[int]") -> Hashes:
    return np.unique(np.array(values, np.uint64))
