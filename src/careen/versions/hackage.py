"""Haskell package versions: numbers between dots; "1" sorts below "1.0".

Raises: ValueError for other text.
**Source:** Haskell Package Versioning Policy; Data.Version.
"""

from careen.formats.version_text.text import clean, refused
from careen.plugins import VersionScheme
from careen.safety.pattern import pattern

_VERSION = pattern(r"[0-9]+(?:\.[0-9]+)*")


def key(text: str) -> tuple[int, ...]:
    text = clean(text)
    if not _VERSION.fullmatch(text):
        raise refused(text, "hackage")
    return tuple(map(int, text.split(".")))


VERSION_SCHEME = VersionScheme(name="hackage", key=key)
