"""What one image holds, bound together from its layers."""

from msgspec import Struct

from .decision import Decision
from .filesystem import FileSystem
from .finding import ExposedSecret
from .package import Distribution, Evidence, Package

UNIDENTIFIED = "unidentified"  # the code of a file of which a reader cannot say what it is


class Unknown(Struct, frozen=True, gc=False):
    """Something that we meant to read and could not.

    ``code`` says what kind of trouble it is, for programs: unreadable, over_budget (a bound of bytes, members, records,
    memory or time was reached), ambiguous_archive (engines and other tools read these bytes differently) …
    ``whole_layer``: the rest of that layer was not seen at all, or nothing of a file that the user named by itself;
    ``transient``: for want of memory or disk, so that the next time it may be read: nothing that holds one is kept.
    """

    cataloger: str
    evidence: Evidence
    reason: str
    whole_layer: bool = False
    transient: bool = False
    code: str = "unreadable"

    @property
    def subject(self) -> str:
        """A path of the image, or the layer where none is known: what reasons and ``--accept`` call it."""
        return f"/{self.evidence.path.lstrip('/')}" if self.evidence.path else f"layer-{self.evidence.layer}"


class ContentSets(Struct, frozen=True):
    """The repositories that a layer of a vendor's image was built with, as its content manifest lists them."""

    names: tuple[str, ...]
    layer: int = 0


class PackageArchive(Struct, frozen=True):
    """An archive that the image's package manager takes packages from, and the suites that it follows there."""

    address: str
    suites: tuple[str, ...]


class Inventory(Struct, frozen=True):
    """The packages of the visible file system, each with evidence, owner, presence and introducing layer."""

    distribution: Distribution | None
    packages: tuple[Package, ...]
    unknowns: tuple[Unknown, ...] = ()
    files: int = 0
    unowned_executables: int = 0
    secrets: tuple[ExposedSecret, ...] = ()  # in files of every layer, deleted ones too
    filesystem: FileSystem = FileSystem()  # the files of note
    decisions: tuple[Decision, ...] = ()  # VEX and ignore rules inside the image
    content_sets: tuple[ContentSets, ...] = ()
    curator: str = ""  # the vendor whose image this is, where packages that look like a distribution's are judged by its feed
    archives: tuple[PackageArchive, ...] = ()
    unidentified: tuple[str, ...] = ()  # programs and libraries that no package owns and nothing identifies
    created: str = ""  # the latest day, in ISO 8601, on which the image says that it was made
    owned: tuple[str, ...] = ()  # of ``unidentified`` and of what could not be read: files of the distribution's packages
    no_package_database: bool = False  # it names a distribution and holds files of it, but no list of its packages
