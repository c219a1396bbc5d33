"""The features of JavaScript that minifying keeps: literals, names of properties, and sequences of both."""

import numpy as np

from careen.safety.pattern import pattern

from ..sequences import sequences
from ..spans import Hashes, distinct, hashes_of
from .texts import texts_of

STRING_BYTES = range(5, 4096)  # shorter ones are everywhere
NAME_BYTES = range(4, 256)
_ENDINGS = (".js", ".mjs", ".cjs", ".jsx", ".ts", ".tsx", ".mts", ".cts")
_MODULE = pattern(rb"node_modules/((?:@[\w.-]{1,100}/)?[\w.-]{1,100})/")
_TYPES = (".d.ts", ".d.mts", ".d.cts")


def is_script(path: str) -> bool:
    """Whether a file of this name may be written or read by a minifier; a file that only declares types has no code."""
    name = path.lower()
    return name.endswith(_ENDINGS) and not name.endswith(_TYPES)


def script_features(data: bytes) -> dict[str, Hashes]:
    texts = texts_of(data)
    named = texts.is_name & (texts.sizes >= NAME_BYTES.start)
    literal = ~texts.is_name & (texts.sizes >= STRING_BYTES.start)
    return {
        "literals": distinct(np.concatenate((texts.hashes[literal], hashes_of(map(module_mark, modules_named(data)))))),
        "names": distinct(texts.hashes[named]),
        "sequences": sequences(texts.hashes, ~texts.is_number),
    }


def modules_named(data: bytes) -> frozenset[str]:
    """The packages whose modules a bundler has named in comments or as keys."""
    return frozenset(name.decode() for name in set(_MODULE.findall(data)))


def module_mark(name: str) -> bytes:
    """The literal that marks code of this module in a bundle."""
    return b"node_modules/" + name.encode()
