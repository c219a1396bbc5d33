"""Go module and toolchain versions: ``v1.2.3``, ``v0.0.0-20190116102854-5a71ef0e047d``, ``go1.21rc2``.

Modules have semantic versions; ``+incompatible`` does not count in the order, and a pseudo-version is a pre-release.
Advisories of the standard library write the toolchain's ``go1.21rc2`` as ``1.21.0-rc.2``; a vendor's suffix
("go1.21.3-bigcorp", "go1.22.1 X:boringcrypto") does not count.
Raises: ValueError for other text ("(devel)").
**Source:** Go modules reference, "Versions" and "Pseudo-versions"; Go toolchains, "Version strings".
"""

import re

from careen.formats.version_text.semantic import Key, key_of, semantic_key
from careen.formats.version_text.text import clean
from careen.plugins import VersionScheme

_TOOLCHAIN = re.compile(r"go(?P<numbers>[0-9]+(?:\.[0-9]+)*)(?:(?P<kind>rc|beta|alpha)(?P<count>[0-9]+))?(?:[ +-].*)?")


def key(text: str) -> Key:
    if found := _TOOLCHAIN.fullmatch(clean(text)):
        numbers = tuple(map(int, found["numbers"].split(".")))
        return key_of(numbers, f"{found['kind']}.{found['count']}" if found["kind"] else None)
    return semantic_key(text)


VERSION_SCHEME = VersionScheme(name="go", key=key)
