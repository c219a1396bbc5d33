"""Splits an inventory into units: packages that have to be assessed together, each with the context that affects them.

Packages share a unit if they affect each other's assessment: a package and those whose files it owns, modules of one Go
program, rpms of one module stream, the results of a second look at an owner's files, the places that notes in programs
mark, and code that is known by its content. Paths and layers are kept only if a rule reads them. The verdict of an
inventory is that of its units together (``verdicts.together``).
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from careen.distributions.registry import profile, profiles
from careen.matching.owner_reads import OwnerReads
from careen.matching.products import PLUGIN_FILES, is_built_without_modules
from careen.matching.rpm import stream_of
from careen.matching.subjects import with_entitlement
from careen.matching.vendored import SOURCES
from careen.model.inventory import ContentSets, Inventory, OwnerFiles, OwnerRead, Program, ProgramRead
from careen.model.package import Distribution, Evidence, Package
from careen.safety.typed import from_msgpack

Value = TypeVar("Value")

_SYSTEMS = (".exe", ".dll", ".dylib")  # endings of paths that reveal an operating system
_WITHOUT_ADVISORIES = frozenset(("opkg",))  # distribution packages for which no profile exists
_NOTED = "elf_note"  # the cataloger of packages that a note in a program describes
_LIBRARIES = frozenset(SOURCES.values())


class Context(Struct, frozen=True, array_like=True):
    """The properties of an image, other than packages, that affect the assessment of a unit."""

    distribution: Distribution | None = None
    curator: str = ""
    content_sets: tuple[ContentSets, ...] = ()
    no_package_database: bool = False


class Content(Struct, frozen=True, array_like=True):
    """The packages of a unit. ``created`` is the day of the image if it affects one of them; otherwise ""."""

    packages: tuple[Package, ...]
    created: str = ""
    owner_files: tuple[OwnerFiles, ...] = ()
    owners_read: tuple[OwnerRead, ...] = ()
    programs_read: tuple[ProgramRead, ...] = ()
    programs: tuple[Program, ...] = ()


class Unit(Struct, frozen=True):
    context: bytes  # encoded
    content: bytes  # encoded
    first: Package  # the package as it is in the image; if the unit has several, the one that owns the others

    @property
    def distribution(self) -> str:
        """The distribution for display, such as "debian 12"."""
        found = from_msgpack(self.context, Context).distribution
        return f"{found.id} {found.version}".strip() if found else ""

    @property
    def context_key(self) -> bytes:
        return hashlib.sha256(self.context).digest()

    @property
    def key(self) -> bytes:
        return hashlib.sha256(self.context_key + self.content).digest()


def split(inventory: Inventory) -> list[Unit]:
    inventory = with_entitlement(inventory)
    is_unrecorded = inventory.no_package_database and _is_known(inventory.distribution)
    known = _Image(inventory, is_unrecorded)
    return [_unit(packages, known) for packages in _groups(inventory, is_unrecorded)]


def inventory_of(context: bytes, content: bytes) -> Inventory:
    """The inventory that consists of this unit. Raises: msgspec.MsgspecError, ValueError if the bytes are damaged."""
    around, inside = from_msgpack(context, Context), from_msgpack(content, Content)
    return Inventory(
        around.distribution,
        inside.packages,
        curator=around.curator,
        content_sets=around.content_sets,
        no_package_database=around.no_package_database,
        created=inside.created,
        owner_files=inside.owner_files,
        owners_read=inside.owners_read,
        programs_read=inside.programs_read,
        programs=inside.programs,
    )


def dated(content: bytes, created: str) -> bytes:
    """The unit's content, for an image of that day."""
    return msgspec.msgpack.encode(replace(from_msgpack(content, Content), created=created[:10]))


def system_types() -> frozenset[str]:
    """The types of the packages of distributions."""
    return frozenset(type for profile in profiles().values() for type in profile.packages) | _WITHOUT_ADVISORIES


class _Image:
    def __init__(self, inventory: Inventory, is_unrecorded: bool) -> None:
        self.inventory, self.is_unrecorded = inventory, is_unrecorded
        self.system_types = system_types()
        self.programs = {program.path: program for program in inventory.programs}
        self.programs_read = {read.path: read for read in inventory.programs_read}
        self.owners_read = {read.owner: read for read in inventory.owners_read}
        self.owner_files = {files.owner: files for files in inventory.owner_files}
        self.reads = OwnerReads(inventory)
        self.layers = sorted({sets.layer for sets in inventory.content_sets})
        distribution = inventory.distribution
        self.distribution = replace(distribution, evidence=None) if distribution else None
        self.content_sets = tuple(replace(sets, layer=self.layers.index(sets.layer)) for sets in inventory.content_sets)

    def nearest(self, layer: int) -> int:
        """For layers that list their own repositories: the position of the last one up to ``layer``; 0 if there is
        none.
        """
        return max((position for position, index in enumerate(self.layers) if index <= layer), default=0)


def _groups(inventory: Inventory, is_unrecorded: bool) -> list[list[Package]]:
    """Groups of packages that share a mark directly or through others. Each group is sorted by purl."""
    marks = list(_marks(inventory, is_unrecorded))
    leader = list(range(len(marks)))

    def lead(index: int) -> int:
        while leader[index] != index:
            leader[index] = leader[leader[index]]
            index = leader[index]
        return index

    first: dict[tuple[str, str], int] = {}
    for index, found in enumerate(marks):
        for mark in found:
            leader[lead(index)] = lead(first.setdefault(mark, index))
    groups: dict[int, list[Package]] = {}
    for index, package in enumerate(inventory.packages):
        groups.setdefault(lead(index), []).append(package)
    return [sorted(group, key=lambda package: package.purl) for group in groups.values()]


def _marks(inventory: Inventory, is_unrecorded: bool) -> Iterator[list[tuple[str, str]]]:
    owners = {package.owned_by for package in inventory.packages if package.owned_by}
    programs = {program.path for program in inventory.programs}
    read = {read.owner for read in inventory.owners_read}
    noted = (package for package in inventory.packages if is_unrecorded and package.cataloger == _NOTED)
    noted_paths = {place.path for package in noted for place in package.evidence}
    for package in inventory.packages:
        purl = package.purl
        if package.origin:
            yield [("origin", "")]
            continue
        found = [("package", purl)]
        if package.owned_by in owners:
            found.append(("package", package.owned_by or ""))
        if package.type == "golang" and programs:
            found += [("program", place.path) for place in package.evidence if place.path in programs]
        if package.type == "rpm" and (stream := stream_of(package)):
            found.append(("stream", stream))
        is_library = package.type == "deb" and package.source is not None and package.source.name in _LIBRARIES
        if read and (is_library or purl in read or package.owned_by in read):
            found.append(("read", ""))
        if noted_paths:
            paths = (place.path.partition("!/")[0] for place in package.evidence)
            found += [("noted", path) for path in paths if path in noted_paths]
        yield found


def _unit(packages: Sequence[Package], image: _Image) -> Unit:
    types = {package.type for package in packages}
    is_system = image.is_unrecorded or not types.isdisjoint(image.system_types)
    context = Context(
        image.distribution if is_system or packages[0].origin else None,
        image.inventory.curator if is_system else "",
        image.content_sets if "rpm" in types else (),
        image.is_unrecorded,
    )
    paths = {place.path.partition("!/")[0] for package in packages for place in package.evidence}
    owners = sorted({owner for package in packages if (owner := package.owned_by) in image.owners_read})
    content = Content(
        tuple(_lean(package, image) for package in packages),
        owner_files=tuple(_lean_files(image.owner_files[owner]) for owner in owners if owner in image.owner_files),
        owners_read=tuple(image.owners_read[owner] for owner in owners),
        programs_read=tuple(_of(paths, image.programs_read)) if image.is_unrecorded else (),
        programs=tuple(_of(paths, image.programs)) if "golang" in types else (),
    )
    owned = {package.owned_by for package in packages}
    first = next((package for package in packages if package.purl in owned), packages[0])
    return Unit(msgspec.msgpack.encode(context), msgspec.msgpack.encode(content), first)


def _of(paths: Iterable[str], known: dict[str, Value]) -> Iterator[Value]:
    return (known[path] for path in sorted(paths) if path in known)


def _lean(package: Package, image: _Image) -> Package:
    """The package without the fields that no rule reads."""
    lean = replace(package, licenses=(), evidence=_evidence(package, image))
    return lean if package.type in image.system_types else replace(lean, maintainer=None, cataloger=_cataloger(package))


def _cataloger(package: Package) -> str:
    return package.cataloger if package.cataloger == _NOTED else ""


def _evidence(package: Package, image: _Image) -> tuple[Evidence, ...]:
    places = package.evidence
    if not places or package.origin:
        return ()
    is_linked = package.type == "golang" and any(place.path in image.programs for place in places)
    if image.is_unrecorded or is_linked or package.owned_by in image.owners_read:
        return tuple(Evidence(path, 0) for path in dict.fromkeys(place.path for place in places))
    if package.type == "rpm" and image.layers:
        return (Evidence("", image.nearest(places[0].layer)),)
    if is_built_without_modules(package):
        return tuple(Evidence(path, 0) for path in dict.fromkeys(place.path.rpartition("/")[2] for place in places))
    if package.type == "maven" and any(place.path.endswith(PLUGIN_FILES) for place in places):
        return (Evidence(PLUGIN_FILES[0], 0),)
    system = next((end for end in _SYSTEMS if places[0].path.lower().endswith(end)), "")
    return (Evidence(system, 0),) if system else ()


def _lean_files(files: OwnerFiles) -> OwnerFiles:
    return OwnerFiles(files.owner, (), (), Evidence("", 0) if files.changelog else None)


def _is_known(distribution: Distribution | None) -> bool:
    return distribution is not None and profile(distribution.id) is not None
