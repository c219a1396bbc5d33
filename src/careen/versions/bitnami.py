"""Bitnami component versions: semantic versions with a revision (``-1``, ``-r1``) that counts builds of the same software.

The revision does not count in the order, as Bitnami's advisories name only the software's version.
Raises: ValueError for other text.
**Source:** Bitnami vulnerability database, README; Semantic Versioning 2.0.0, 11.
"""

from careen.formats.version_text.semantic import Key, semantic_key
from careen.formats.version_text.text import clean
from careen.plugins import VersionScheme
from careen.safety.pattern import pattern

_REVISION = pattern(r"-r?[0-9]+$")


def key(text: str) -> Key:
    return semantic_key(_REVISION.sub("", clean(text)))


VERSION_SCHEME = VersionScheme(name="bitnami", key=key)
