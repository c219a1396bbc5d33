"""R package versions: numbers between dots or hyphens; "0.1" sorts below "0.1-0".

Raises: ValueError for other text.
**Source:** R, ``numeric_version``; Writing R Extensions 1.1.1.
"""

from careen.formats.version_text.text import clean, refused
from careen.plugins import VersionScheme
from careen.safety.pattern import pattern

_VERSION = pattern(r"[0-9]+(?:[.-][0-9]+)*")


def key(text: str) -> tuple[int, ...]:
    text = clean(text)
    if not _VERSION.fullmatch(text):
        raise refused(text, "cran")
    return tuple(map(int, text.replace("-", ".").split(".")))


VERSION_SCHEME = VersionScheme(name="cran", key=key)
