"""The origin of an image's unexplained code: components that knowledge bases recognise become packages of the
inventory.

The features of files and the results of knowledge bases are stored, so that a scan of a known image reads no layer and
opens no base. Files that no base recognises stay unidentified.
"""

import hashlib
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from careen.errors import NetworkError
from careen.layers.early_features import EarlyFeatures
from careen.layers.index import known_as
from careen.log import logger
from careen.model.image import Image
from careen.model.inventory import Inventory
from careen.model.origin import OriginFile, OriginRead
from careen.model.package import Package
from careen.safety.budget import Budget
from careen.safety.typed import from_msgpack

from .layers import Reading, inventory_key

if TYPE_CHECKING:
    from careen.layers.origin_features import Ask, FeatureReader, FeaturesRead, FileFeatures
    from careen.layers.walk import Select, Walked
    from careen.origin.component import Component
    from careen.origin.identify import Described
    from careen.origin.knowledge import Knowledge

log = logger(__name__)

Kind = TypeVar("Kind")

SECONDS = 60.0  # of one image


class Base(Struct, frozen=True):
    """A knowledge base. ``key`` changes with its content. ``proven``: its statements about fixes are trusted."""

    key: str
    open: "Callable[[], Knowledge]"
    proven: bool = False
    small: bool = False  # the knowledge base that ships with Careen


class Search(Struct, frozen=True):
    bases: tuple[Base, ...] = ()
    seconds: float = SECONDS
    reduced: bool = False  # numpy is not installed
    asked: bool = True  # by the user; otherwise, expensive files are left out if only the shipped knowledge base is available

    @property
    def costly(self) -> bool:
        return self.asked or not self.is_small

    @property
    def is_small(self) -> bool:
        return all(base.small for base in self.bases)

    @property
    def kind(self) -> str:
        """A text that identifies the features that are read for this search; "" if all features are read."""
        return " ".join(base.key for base in self.bases) if self.is_small else ""


class _Found(Struct, frozen=True):
    packages: tuple[Package, ...] = ()
    read: OriginRead = OriginRead()


def early_of(search: Search) -> EarlyFeatures | None:
    """The reader of features during the first pass over an image; None if there is no base to compare them with."""
    return None if search.reduced or not search.bases else _early(search)


def _early(search: Search) -> EarlyFeatures:
    made: list[FeatureReader] = []
    lock = threading.Lock()

    def reader() -> "FeatureReader":
        from careen.layers.origin_features import FeatureReader

        with lock:
            if not made:
                made.append(FeatureReader(_asking(search), search.seconds))
            return made[0]

    return EarlyFeatures(reader, costly=search.costly)


def with_origin(image: Image, inventory: Inventory, search: Search, reading: Reading) -> Inventory:
    files = inventory.origin_files.files
    if not files or not image.layers:
        return inventory
    if search.reduced or not search.bases:
        nothing = OriginRead(len(files), unexplained=len(files), small=not search.reduced, reduced=search.reduced)
        return replace(inventory, origin_read=nothing)
    name = inventory_key(image, reading)
    chosen = tuple(file for file in files if search.costly or not file.costly)
    key = f"origin {name} {search.costly} {' '.join(base.key for base in search.bases)}" if name else ""
    found = _stored(key, reading, _Found)
    if found is None:
        read = _features(image, chosen, search, reading)
        bases = tuple(_opened(search.bases))
        found = _found(read, inventory, bases)
        _store(key, found, reading, lasting=not found.read.unread and len(bases) == len(search.bases))
    origin_read = replace(found.read, costly=len(files) - len(chosen))
    return replace(inventory, packages=(*inventory.packages, *found.packages), origin_read=origin_read)


def _asking(search: Search) -> "Ask | None":
    """A function that selects the features of a file to read. With only the shipped base, those that it uses; otherwise
    None, which means all, so that another base needs no new pass.
    """
    if not search.is_small:
        return None
    from careen.origin.asking import asked_of

    from .origin_packages import is_of_scripts

    bases = [known for _, known in _opened(search.bases)]

    def ask(file: "Described", owned: bool) -> frozenset[str]:
        def counts(found: "Component") -> bool:
            return file.kind != "program" or not is_of_scripts(found)

        return frozenset().union(*(asked_of(base, file, counts, owned=owned) for base in bases))

    return ask


def _features(image: Image, files: Sequence[OriginFile], search: Search, reading: Reading) -> "FeaturesRead":
    from careen.layers.origin_features import FeaturesRead, read_features
    from careen.layers.verified import read_again

    early = reading.early or _early(search)
    numbers = sorted({file.layer for file in files})
    layers = {number: _known_features(known_as(image.layers[number]), search, reading) for number in numbers}
    for layer, known in layers.items():
        known.update(early.of(known_as(image.layers[layer])))
    missing = [file for file in files if not (at := layers[file.layer].get(file.path)) or not at.suits(file)]
    budget = Budget(reading.limits)
    passing: set[int] = set()  # layers for which some features may be available another time

    def again(number: int, select: "Select") -> "Walked":
        walked = read_again(image.layers[number], select, budget)
        if any(unknown.transient for unknown in walked.unknowns):
            passing.add(number)
        return walked

    try:
        for layer, features in read_features(missing, again, early.make()) if missing else ():
            layers[layer][features.path] = features
    except NetworkError as error:
        log.warning("the layers could not be read again (%s): the origin of %d files is unknown", error, len(missing))
    found = [(file, layers[file.layer].get(file.path)) for file in files]
    for layer in layers.keys() - passing:
        of_layer = tuple(at for file, at in found if at and file.layer == layer)
        _store_features(known_as(image.layers[layer]), of_layer, search, reading)
    kept = (part for _, at in found if at for part in at.kept)
    return FeaturesRead(tuple(sorted(kept, key=lambda part: part.path)), sum(at is None for _, at in found))


def _known_features(layer: str, search: Search, reading: Reading) -> "dict[str, FileFeatures]":
    from careen.layers.origin_features import FileFeatures

    found: dict[str, FileFeatures] = {}
    for kind in (search.kind, "") if layer else ():
        stored = _stored(f"features {kind} {layer} {reading.readers.fingerprint}", reading, tuple[FileFeatures, ...])
        found.update((file.path, file) for file in stored or ())
    return found


def _store_features(layer: str, files: "tuple[FileFeatures, ...]", search: Search, reading: Reading) -> None:
    """Stores the features of a layer's files, together with those that another image with this layer needed."""
    if layer and files:
        together = {**_known_features(layer, search, reading), **{file.path: file for file in files}}
        _store(f"features {search.kind} {layer} {reading.readers.fingerprint}", tuple(together.values()), reading, lasting=True)


def _found(read: "FeaturesRead", inventory: Inventory, bases: "Sequence[tuple[Base, Knowledge]]") -> _Found:
    from .origin_packages import packages_of

    explained: set[str] = set()
    packages: list[Package] = []
    projects: set[str] = set()
    whole: set[str] = set()
    # What another base has names code first: the one that ships has few versions, and would hide an exact one.
    for base, known in sorted(bases, key=lambda pair: pair[0].small):
        projects.update(project.name for project in known.projects)
        named = packages_of(
            known, read, inventory, proven=base.proven, few_versions=base.small, before=packages, whole_scripts=whole
        )
        packages += named.packages
        explained |= named.explained
        whole |= named.whole_scripts
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
    """Opens the bases. A base that cannot be read is left out, with a warning."""
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
        return None  # damaged on the disk, so it is computed again


def _store(key: str, value: object, reading: Reading, *, lasting: bool) -> None:
    if key and lasting:
        reading.store.put(_hashed(key), msgspec.msgpack.encode(value))


def _hashed(key: str) -> str:
    kind, _, rest = key.partition(" ")
    return f"{kind} {hashlib.sha256(rest.encode()).hexdigest()}"
