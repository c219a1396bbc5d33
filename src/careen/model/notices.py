"""The publisher's statement about an installed version of a package, such as a deprecation."""

from msgspec import Struct


class Notice(Struct, frozen=True, omit_defaults=True, gc=False):
    """Such a statement. ``version`` is as the package manager recorded it; ``text`` is the publisher's own."""

    type: str  # purl type
    name: str
    version: str
    text: str
    path: str = ""
    layer: int = -1
