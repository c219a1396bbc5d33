"""Java runtime versions, old (``1.8.0_131-b11``, ``8u131``) and new (``11.0.4+8``): both spellings of a version are equal.

The build number does not count in the order; "-ea" and other words make a pre-release.
Raises: ValueError for other text.
**Source:** JEP 223, "New Version-String Scheme"; Java SE 8, "J2SE Version String Naming Convention".
"""

import re

from careen.formats.version_text.semantic import Key, key_of
from careen.formats.version_text.text import clean, refused
from careen.plugins import VersionScheme

_VERSION = re.compile(
    r"(?:1\.(?=[0-9]\.))?(?P<numbers>[0-9]+(?:\.[0-9]+)*)(?:[_u](?P<update>[0-9]+))?"
    r"(?:-(?!b[0-9])(?P<pre>[0-9A-Za-z.]+))?(?:[-+].*)?"
)


def key(text: str) -> Key:
    text = clean(text)
    found = _VERSION.fullmatch(text)
    if found is None:
        raise refused(text, "jvm")
    numbers = tuple(map(int, found["numbers"].split(".")))
    if found["update"]:
        numbers = (*(*numbers, 0)[:2], int(found["update"]))
    return key_of(numbers, found["pre"])


VERSION_SCHEME = VersionScheme(name="jvm", key=key)
