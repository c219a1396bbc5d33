"""Debian and Ubuntu package versions: ``[epoch:]upstream[-revision]``.

Upstream and revision are split into runs of digits and runs of other characters. Digits compare as numbers; other characters
one by one: ``~`` sorts before the end, the end before letters, letters before all else. A missing revision equals "0".
Raises: ValueError for an empty part, an epoch that is not a number, white space or text beyond ASCII.
**Source:** Debian Policy 5.6.12; dpkg, lib/dpkg/version.c and parsehelp.c.
"""

from careen.formats.version_text.text import clean, refused
from careen.plugins import VersionScheme
from careen.safety.pattern import pattern

_RUNS = pattern(r"([^0-9]*)([0-9]*)")
_END = "\x01"
# "~" below the end of the run; letters as they are; the rest above every letter.
_WEIGHTS = {c: c if chr(c).isalpha() else c + 256 for c in range(33, 127)} | {ord("~"): 0}
_EPOCH_MAX = 2**31 - 1  # INT_MAX in dpkg


def key(text: str) -> tuple[int, tuple[str | int, ...], tuple[str | int, ...]]:
    text = clean(text)
    if not text.isascii() or " " in text:
        raise refused(text, "deb")
    epoch, colon, rest = text.partition(":")
    if not colon:
        epoch, rest = "0", text
    upstream, dash, revision = rest.rpartition("-")
    if not dash:
        upstream, revision = rest, "0"
    if not (epoch.isdigit() and upstream and revision) or int(epoch) > _EPOCH_MAX:
        raise refused(text, "deb")
    return int(epoch), _part(upstream), _part(revision)


def _part(text: str) -> tuple[str | int, ...]:
    runs: list[str | int] = []
    for others, digits in _RUNS.findall(text):  # the last pair is empty, for the end
        runs += (others.translate(_WEIGHTS) + _END if others else _END, int(digits or 0))
    return tuple(runs)


VERSION_SCHEME = VersionScheme(name="deb", key=key)
