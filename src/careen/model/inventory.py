"""The contents of an image, joined from its layers."""

from msgspec import Struct

from .decision import Decision
from .filesystem import FileSystem
from .finding import ExposedSecret
from .package import Distribution, Evidence, Package

UNIDENTIFIED = "unidentified"  # the code of a file that a reader cannot identify


class Unknown(Struct, frozen=True, gc=False):
    """Something that could not be read.

    ``code`` is the kind of problem: unreadable, over_budget (a limit of bytes, members, records, memory or time was
    reached), ambiguous_archive (engines and other tools read these bytes differently) …
    ``whole_layer``: the rest of the layer, or all of a file that the user named, was not read.
    ``transient``: memory or disk was short, so the next attempt may succeed: a result that contains it is not cached.
    """

    cataloger: str
    evidence: Evidence
    reason: str
    whole_layer: bool = False
    transient: bool = False
    code: str = "unreadable"

    @property
    def subject(self) -> str:
        """A path of the image, or the layer if there is none: its name in reasons and for ``--accept``."""
        return f"/{self.evidence.path.lstrip('/')}" if self.evidence.path else f"layer-{self.evidence.layer}"


class ContentSets(Struct, frozen=True):
    """The repositories that a layer of a vendor's image was built from, as its content manifest lists them."""

    names: tuple[str, ...]
    layer: int = 0


class PackageArchive(Struct, frozen=True):
    """An archive from which the image's package manager installs packages, with its suites."""

    address: str
    suites: tuple[str, ...]


class Program(Struct, frozen=True, gc=False):
    """A program of Go, with the names of the functions that are linked in it."""

    path: str
    toolchain: str  # "go1.22.1"
    package: str  # path of the main package; "" if it is unknown
    names: bytes  # with a NUL before each, compressed (``safety.deflate``)
    digest: str  # of the names


class Inventory(Struct, frozen=True):
    """The packages of the visible file system, each with evidence, owner, presence and introducing layer."""

    distribution: Distribution | None
    packages: tuple[Package, ...]
    unknowns: tuple[Unknown, ...] = ()
    files: int = 0
    unowned_executables: int = 0
    secrets: tuple[ExposedSecret, ...] = ()  # in files of every layer, including deleted ones
    filesystem: FileSystem = FileSystem()  # the relevant files
    decisions: tuple[Decision, ...] = ()  # VEX and ignore rules inside the image
    content_sets: tuple[ContentSets, ...] = ()
    curator: str = ""  # the vendor of the image, if its feed assesses packages that look like a distribution's
    archives: tuple[PackageArchive, ...] = ()
    unidentified: tuple[str, ...] = ()  # programs and libraries that no package owns and no cataloger identifies
    created: str = ""  # the latest build date in the image, ISO 8601
    owned: tuple[str, ...] = ()  # files of the distribution's packages among ``unidentified`` and those that could not be read
    no_package_database: bool = False  # it names a distribution and contains its files, but not its package database
    programs: tuple[Program, ...] = ()
