"""A parsed SBOM: its inventory, and the image that it describes."""

from msgspec import Struct

from .inventory import Inventory


class SbomLayer(Struct, frozen=True):
    """A layer in an SBOM; either digest may be missing."""

    digest: str = ""
    diff_id: str = ""


class Sbom(Struct, frozen=True):
    """A parsed SBOM. ``subject`` and ``digest`` are claims of the document; ``layers`` are in order, () if it has none."""

    inventory: Inventory
    subject: str = ""
    digest: str = ""
    layers: tuple[SbomLayer, ...] = ()
