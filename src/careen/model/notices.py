"""What the publisher of a package states about the installed version."""

from msgspec import Struct


class Notice(Struct, frozen=True, omit_defaults=True, gc=False):
    """``version`` as the package manager recorded it; ``text`` is a publisher's own words."""

    type: str  # purl type
    name: str
    version: str
    text: str
    path: str = ""
    layer: int = -1
