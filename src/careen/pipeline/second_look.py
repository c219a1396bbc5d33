"""A second pass over an image, for files on which its findings depend: those of packages that own language packages,
and programs in no package database.

The result is stored, so that the layers are read once more for each image and not for each scan. Files that this run
has cached (``layers.kept``) are not read again.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from careen.errors import NetworkError
from careen.layers.dispatch import Wanted, at_paths
from careen.layers.index import known_as
from careen.layers.kept import Files
from careen.log import logger
from careen.matching.owner_reads import unread_owners
from careen.matching.unrecorded import unread_programs
from careen.model.finding import Finding
from careen.model.image import Image
from careen.model.inventory import Inventory, OwnerFiles, OwnerRead, ProgramRead
from careen.model.package import Evidence
from careen.safety.budget import Budget
from careen.safety.typed import from_msgpack

from .layers import Reading, inventory_key

log = logger(__name__)


class Asked(Struct, frozen=True):
    owners: tuple[OwnerFiles, ...] = ()
    programs: tuple[Evidence, ...] = ()


class Seen(Struct, frozen=True):
    owners: tuple[OwnerRead, ...] = ()
    programs: tuple[ProgramRead, ...] = ()


Look = Callable[[Image, Asked], Seen]


def with_second_look(image: Image, inventory: Inventory, findings: Sequence[Finding], look: Look | None) -> Inventory:
    """The inventory, with what ``look`` has read for the findings; unchanged if they need nothing, or if there are no
    files to read (an SBOM).
    """
    if look is None or not image.layers:
        return inventory
    asked = Asked(unread_owners(findings, inventory), unread_programs(findings, inventory))
    if asked == Asked():
        return inventory
    seen = look(image, asked)
    return replace(
        inventory,
        owners_read=(*inventory.owners_read, *seen.owners),
        programs_read=(*inventory.programs_read, *seen.programs),
    )


def look(image: Image, asked: Asked, reading: Reading) -> Seen:
    key = _key(image, asked, reading)
    stored = reading.store.get(key) if key else None
    try:
        if stored is not None:
            return from_msgpack(stored, Seen)
    except msgspec.MsgspecError:
        pass  # damaged on the disk, so it is read again
    from careen.layers.owner_files import read_owners
    from careen.layers.program_marks import read_programs
    from careen.layers.verified import read_again
    from careen.layers.walk import Walked, file_entries, walk

    budget = Budget(reading.limits)
    is_lasting = True

    def again(number: int, wanted: Mapping[str, Wanted]) -> Walked:
        nonlocal is_lasting
        layer, select = image.layers[number], at_paths(wanted)
        contents = {path: content for path in wanted if isinstance(content := kept(number).get(path), bytes)}
        is_kept = contents.keys() == wanted.keys()
        walked = walk(file_entries(contents), select, budget.layer()) if is_kept else read_again(layer, select, budget)
        is_lasting = is_lasting and not any(unknown.transient for unknown in walked.unknowns)
        return walked

    def kept(number: int) -> Files:
        return reading.kept.of(known_as(image.layers[number])) if reading.kept else {}

    def known_md5(place: Evidence) -> str | None:
        digest = kept(place.layer).get(place.path)
        return digest if isinstance(digest, str) else None

    try:
        seen = Seen(read_owners(asked.owners, again, known_md5), read_programs(asked.programs, again))
    except NetworkError as error:
        log.warning("the layers could not be read again (%s): findings stay as upstream's advisories have them", error)
        return Seen()
    if key and is_lasting:
        reading.store.put(key, msgspec.msgpack.encode(seen))
    return seen


def _key(image: Image, asked: Asked, reading: Reading) -> str:
    name = inventory_key(image, reading)
    return f"seen {hashlib.sha256(msgspec.msgpack.encode((name, asked))).hexdigest()}" if name else ""
