"""One more look at an image, for what its findings ask: the files of the packages that own language packages.

The result is kept in the store, so that the layers are read once more for each image and not for each scan.
"""

import hashlib
from collections.abc import Callable, Sequence

import msgspec
from msgspec.structs import replace

from careen.matching.owner_reads import unread_owners
from careen.model.finding import Finding
from careen.model.image import Image
from careen.model.inventory import Inventory, OwnerFiles, OwnerRead
from careen.safety.budget import Budget
from careen.safety.typed import from_msgpack

from .layers import Reading, inventory_key

Look = Callable[[Image, tuple[OwnerFiles, ...]], tuple[OwnerRead, ...]]


def with_second_look(image: Image, inventory: Inventory, findings: Sequence[Finding], look: Look | None) -> Inventory:
    """The same inventory if no finding asks for anything, or nothing can be looked at: an SBOM has no files."""
    asked = unread_owners(findings, inventory) if look and image.layers else ()
    read = look(image, asked) if look and asked else ()
    return replace(inventory, owners_read=(*inventory.owners_read, *read)) if read else inventory


def look(image: Image, asked: tuple[OwnerFiles, ...], reading: Reading) -> tuple[OwnerRead, ...]:
    key = _key(image, asked, reading)
    stored = reading.store.get(key) if key else None
    try:
        if stored is not None:
            return from_msgpack(stored, tuple[OwnerRead, ...])
    except msgspec.MsgspecError:
        pass  # damaged on the disk: read again
    from careen.layers.owner_files import read_owners
    from careen.layers.verified import read_again

    budget = Budget(reading.limits)
    found = read_owners(asked, lambda number, select: read_again(image.layers[number], select, budget))
    if key and len(found) == len(asked):
        reading.store.put(key, msgspec.msgpack.encode(found))
    return found


def _key(image: Image, asked: tuple[OwnerFiles, ...], reading: Reading) -> str:
    name = inventory_key(image, reading)
    return f"owners {hashlib.sha256(msgspec.msgpack.encode((name, asked))).hexdigest()}" if name else ""
