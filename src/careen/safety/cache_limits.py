"""The size limits of the cache folder's content, all of which can be downloaded or read again.

A process that adds to a kind keeps it within its limit, and removes the least recently used first; no command lists the
folder at its start. The setting ``cache_max_size`` is divided among the kinds in the proportion of their default
limits. Databases are not included: there is the current one, and ``db_keep`` others.
"""

import re

from msgspec import Struct
from msgspec.structs import asdict

from careen.config import SIZE

MIB, GIB = 1 << 20, 1 << 30
_UNITS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}


class CacheLimits(Struct, frozen=True):
    """Limits in bytes."""

    images: int = 10 * GIB  # blobs that were pulled
    exports: int = 10 * GIB  # images that an engine exported
    layers: int = 1 * GIB  # results of reading layers
    archive: int = 256 * MIB  # files of distributions' archives


LAYERS_OF_REGISTRY = 16 * GIB  # while a registry is scanned, so that no layer is dropped before the run ends
_USUAL = CacheLimits()


def cache_limits(max_size: str | None = None) -> CacheLimits:
    """The limits for the setting ``cache_max_size``; the default ones for None."""
    if max_size is None:
        return _USUAL
    size, usual = parse_size(max_size), asdict(_USUAL)
    return CacheLimits(**{kind: size * limit // sum(usual.values()) for kind, limit in usual.items()})


def layers_of_registry(max_size: str | None = None) -> int:
    return LAYERS_OF_REGISTRY if max_size is None else cache_limits(max_size).layers


def parse_size(text: str) -> int:
    """Bytes of ``20G``, ``512 MiB`` (powers of 1024), ``20GB`` (of 1000) or a number. Raises ValueError."""
    if not re.fullmatch(SIZE, text):
        raise ValueError(f"{text!r} is not a size such as 20G")
    number = re.match(r"[0-9.]+", text)
    assert number
    unit = text[number.end() :].strip().lower()
    base = 1000 if len(unit) == 2 else 1024
    return int(float(number[0]) * base ** _UNITS[unit.removesuffix("b").removesuffix("i")])
