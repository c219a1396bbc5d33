"""The popular names, which others imitate, and established names, which only look like imitations.

Shape: ``names/<purl type>.txt.xz``. A line ``# <day> <source>`` begins each of two lists of a name a line: the most downloaded
first, as far as the source orders them; then further established names. ``.ci/popular_names.py`` makes it.
"""

import lzma
from functools import cache
from pathlib import Path

from msgspec import Struct

from careen.safety.pattern import pattern

FOLDER = Path(__file__).with_name("names")
TYPES = {"PyPI": "pypi", "npm": "npm", "Go": "golang", "RubyGems": "gem"}  # purl types by ecosystem
_SEPARATORS = pattern(r"[-_.]+")


class Names(Struct, frozen=True):
    as_of: str = ""  # ISO 8601
    popular: tuple[str, ...] = ()  # as ``spelled`` gives them
    established: frozenset[str] = frozenset()  # as ``without_case`` gives them


@cache
def names_of(type: str) -> Names:
    """The lists of popular names for a purl type; empty for a type without lists."""
    if type not in TYPES.values():
        return Names()
    text = lzma.decompress(FOLDER.joinpath(f"{type}.txt.xz").read_bytes()).decode()
    popular, established = (part.splitlines() for part in text.split("# ")[1:3])
    return Names(popular[0][:10], tuple(popular[1:]), frozenset(established[1:]))


def spelled(type: str, name: str) -> str:
    """A name as the ecosystem compares it."""
    return _SEPARATORS.sub("-", name).lower() if type == "pypi" else name


def without_case(name: str) -> str:
    """A name as a distribution spells it: no upper case, no underscore."""
    return name.lower().replace("_", "-")
