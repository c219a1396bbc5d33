"""The source package of a Debian or Ubuntu binary package, for lists that name binary packages alone, such as Dockerfiles.

Advisories of Debian and Ubuntu name source packages. A name stands for all numbers in it: ``libssl1.1`` and ``libssl3`` are of
``openssl``, ``libpython3.11-stdlib`` is of ``python3.11``.
**Source:** the lists of source packages of Debian 11, 12, 13, testing and unstable; ``benchmarks/sources/make_data.py``.
"""

import re
import zlib
from functools import cache
from pathlib import Path

# Lines: a source, and its binary packages. A ``#`` stands for a number, which the source has from its binary package.
DATA = Path(__file__).with_name("source_names.z")

_NUMBER = re.compile(r"\d+(?:\.\d+)*")
_TIME64 = re.compile(r"t64$")


def source_of(binary: str) -> str | None:
    """The name of the source package; None if it is not known, or if it is the package's own."""
    source = _sources().get(binary) or _sources().get(template_of(binary))
    found = with_numbers(source, binary) if source else None
    return None if found == binary else found


def template_of(name: str) -> str:
    """The name with ``#`` for each number, without the mark of 64-bit time."""
    return _NUMBER.sub("#", _TIME64.sub("", name))


def with_numbers(template: str, name: str) -> str:
    """The template with the numbers of the name."""
    numbers = iter(_NUMBER.findall(_TIME64.sub("", name)))
    return re.sub("#", lambda place: next(numbers, ""), template)


@cache
def _sources() -> dict[str, str]:
    lines = zlib.decompress(DATA.read_bytes()).decode().splitlines()
    return {binary: source for source, *binaries in map(str.split, lines) for binary in binaries}
