"""A software bill of materials (SBOM) that was read: the inventory it tells, and the image it says it is of."""

from msgspec import Struct

from .inventory import Inventory


class SbomLayer(Struct, frozen=True):
    """A layer as a document names it: either digest may be missing."""

    digest: str = ""
    diff_id: str = ""


class Sbom(Struct, frozen=True):
    """``subject`` and ``digest`` are the document's words; ``layers`` are in order, () where it names none."""

    inventory: Inventory
    subject: str = ""
    digest: str = ""
    layers: tuple[SbomLayer, ...] = ()
