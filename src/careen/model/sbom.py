"""An SBOM that was read: its inventory, and the image that it describes."""

from msgspec import Struct

from .inventory import Inventory


class SbomLayer(Struct, frozen=True):
    """A layer as an SBOM names it: either digest may be missing."""

    digest: str = ""
    diff_id: str = ""


class Sbom(Struct, frozen=True):
    """``subject`` and ``digest`` are claims of the document; ``layers`` are in order, () if it names none."""

    inventory: Inventory
    subject: str = ""
    digest: str = ""
    layers: tuple[SbomLayer, ...] = ()
