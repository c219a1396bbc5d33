"""Common code, whose features are left out: it does not show where a file comes from, because many projects have it.

It is prologues that compilers and bundlers write, wrappers for module systems, and idioms: code that two of some
forty projects have, or ten files of one; code of public algorithms, as some thirty projects carry it; functions that compilers
and generators of parsers write; and machine code that many packages of programs have (``benchmarks/origin/vocabulary.py``).
"""

from functools import cache
from pathlib import Path

import numpy as np

from .spans import Hashes

FAMILIES = ("file", "letters", "tokens", "sequences")
PATH = Path(__file__).with_name("common.bin")


def distinctive(family: str, hashes: Hashes) -> Hashes:
    """``hashes`` without those of common code; sorted, each once."""
    if family not in FAMILIES:
        return hashes
    common = listed(family)
    if not common.size:
        return hashes
    is_common = common[np.minimum(np.searchsorted(common, hashes), common.size - 1)] == hashes
    found: Hashes = hashes[~is_common]
    return found


def listed(family: str) -> Hashes:
    """The features of a family that are common; sorted, each once."""
    return _common()[family]


@cache
def _common() -> dict[str, Hashes]:
    values = np.frombuffer(PATH.read_bytes(), "<u8").astype(np.uint64)
    ends = np.cumsum(values[: len(FAMILIES)]).astype(np.int64) + len(FAMILIES)
    starts = (len(FAMILIES), *ends[:-1])
    return {family: values[start:end] for family, start, end in zip(FAMILIES, starts, ends, strict=True)}
