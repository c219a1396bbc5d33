"""The origin of an image's unexplained code: components that knowledge bases name become packages of the inventory.

The features of files are kept in the store, and so is what the knowledge bases make of them: a scan of a known image reads no
layer and opens no base. Files that nothing names stay unidentified.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from careen.errors import NetworkError
from careen.log import logger
from careen.model.image import Image
from careen.model.inventory import Inventory
from careen.model.origin import OriginRead
from careen.model.package import Package
from careen.safety.budget import Budget
from careen.safety.typed import from_msgpack

from .layers import Reading, inventory_key

if TYPE_CHECKING:
    from careen.layers.origin_features import FeaturesRead
    from careen.layers.walk import Select, Walked
    from careen.origin.knowledge import Knowledge

log = logger(__name__)

Kind = TypeVar("Kind")

SECONDS = 60.0  # of one image


class Base(Struct, frozen=True):
    """A knowledge base. ``key`` changes with its content; ``proven``: what it states about fixes is believed."""

    key: str
    open: "Callable[[], Knowledge]"
    proven: bool = False
    small: bool = False  # the one that ships with Careen


class Search(Struct, frozen=True):
    bases: tuple[Base, ...] = ()
    seconds: float = SECONDS
    reduced: bool = False  # numpy is not installed


class _Found(Struct, frozen=True):
    packages: tuple[Package, ...] = ()
    read: OriginRead = OriginRead()


def with_origin(image: Image, inventory: Inventory, search: Search, reading: Reading) -> Inventory:
    files = inventory.origin_files.files
    if not files or not image.layers:
        return inventory
    if search.reduced or not search.bases:
        nothing = OriginRead(len(files), unexplained=len(files), small=not search.reduced, reduced=search.reduced)
        return replace(inventory, origin_read=nothing)
    name = inventory_key(image, reading)
    key = f"origin {name} {' '.join(base.key for base in search.bases)}" if name else ""
    found = _stored(key, reading, _Found)
    if found is None:
        read = _features(image, inventory, search, reading, f"features {name}" if name else "")
        bases = tuple(_opened(search.bases))
        found = _found(read, inventory, bases)
        _store(key, found, reading, lasting=not found.read.unread and len(bases) == len(search.bases))
    return replace(inventory, packages=(*inventory.packages, *found.packages), origin_read=found.read)


def _features(image: Image, inventory: Inventory, search: Search, reading: Reading, key: str) -> "FeaturesRead":
    from careen.layers.origin_features import FeaturesRead, read_features
    from careen.layers.verified import read_again

    stored = _stored(key, reading, FeaturesRead)
    if stored is not None:
        return stored
    budget = Budget(reading.limits)
    is_lasting = True

    def again(number: int, select: "Select") -> "Walked":
        nonlocal is_lasting
        walked = read_again(image.layers[number], select, budget)
        is_lasting = is_lasting and not any(unknown.transient for unknown in walked.unknowns)
        return walked

    files = inventory.origin_files.files
    try:
        found = read_features(files, again, search.seconds)
    except NetworkError as error:
        log.warning("the layers could not be read once more (%s): the origin of %d files is unknown", error, len(files))
        return FeaturesRead(unread=len(files))
    _store(key, found, reading, lasting=is_lasting and not found.unread)
    return found


def _found(read: "FeaturesRead", inventory: Inventory, bases: "Sequence[tuple[Base, Knowledge]]") -> _Found:
    from .origin_packages import packages_of

    explained: set[str] = set()
    packages: list[Package] = []
    projects: set[str] = set()
    for base, known in bases:
        projects.update(project.name for project in known.projects)
        made, named = packages_of(known, read, inventory, proven=base.proven, few_versions=base.small, before=packages)
        packages += made
        explained |= named
    return _Found(
        tuple(sorted(packages, key=lambda package: (package.purl, package.evidence[0].path))),
        OriginRead(
            files=len(read.files),
            unexplained=sum(kept.path not in explained for kept in read.files),
            unread=read.unread + inventory.origin_files.left_out,
            projects=len(projects),
            small=all(base.small for base, _ in bases),
        ),
    )


def _opened(bases: Sequence[Base]) -> "Iterator[tuple[Base, Knowledge]]":
    """A base that cannot be read is left out, with a warning: it names nothing."""
    for base in bases:
        try:
            yield base, base.open()
        except ValueError as error:
            log.warning("%s", error)


def _stored(key: str, reading: Reading, kind: "type[Kind]") -> "Kind | None":
    stored = reading.store.get(_hashed(key)) if key else None
    try:
        return from_msgpack(stored, kind) if stored is not None else None
    except msgspec.MsgspecError:
        return None  # damaged on the disk: made anew


def _store(key: str, value: Struct, reading: Reading, *, lasting: bool) -> None:
    if key and lasting:
        reading.store.put(_hashed(key), msgspec.msgpack.encode(value))


def _hashed(key: str) -> str:
    kind, _, rest = key.partition(" ")
    return f"{kind} {hashlib.sha256(rest.encode()).hexdigest()}"
