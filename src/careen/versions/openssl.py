"""OpenSSL versions: ``1.0.2zg``, whose letters continue after z, and semantic ones since 3.0.

Raises: ValueError for other text.
**Source:** OpenSSL, "Release Strategy" and versioning policy.
"""

from careen.formats.version_text.semantic import key_of
from careen.formats.version_text.text import clean, refused
from careen.plugins import VersionScheme
from careen.safety.pattern import pattern

_VERSION = pattern(r"([0-9]+(?:\.[0-9]+)*)([a-z]*)(?:-([0-9A-Za-z.-]+))?(?:\+\S*)?")


def key(text: str) -> tuple[object, ...]:
    text = clean(text)
    found = _VERSION.fullmatch(text.lower())
    if found is None:
        raise refused(text, "openssl")
    numbers, letters, pre = found.groups()
    if pre and pre.startswith("fips"):  # a build, not a pre-release: "1.0.2k-fips"
        pre = None
    return (*key_of(tuple(map(int, numbers.split("."))), None), len(letters), letters, *key_of((), pre)[1:])


VERSION_SCHEME = VersionScheme(name="openssl", key=key)
