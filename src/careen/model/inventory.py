"""The contents of an image, combined from its layers."""

from msgspec import Struct

from .behaviour import Examined
from .decision import Decision
from .details import Details
from .filesystem import FileSystem
from .finding import ExposedSecret
from .hardening import Hardening
from .hooks import Hook
from .integrity import Integrity
from .ledger import Ledger
from .notices import Notice
from .origin import OriginFiles, OriginRead
from .package import Distribution, Evidence, Package
from .projects import Project

UNIDENTIFIED = "unidentified"  # the code of a file that a reader cannot identify
BY_TABLE = "read_by_toc"  # the code of a layer whose table of contents was read instead of its stream


class Unknown(Struct, frozen=True, gc=False):
    """Something that could not be read.

    ``code`` is the kind of problem: unreadable, over_budget (a limit of bytes, members, records, memory or time was
    reached), ambiguous_archive (engines and other tools interpret these bytes differently) … ``whole_layer``: the rest
    of the layer, or all of a file that the user named, was not read. ``transient``: another attempt may read more,
    since memory or disk was short or parts of the layer were not requested. A result that contains it is not cached.
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
    """The repositories that a layer of a vendor's image was built from, according to its content manifest."""

    names: tuple[str, ...]
    layer: int = 0


class PackageArchive(Struct, frozen=True):
    """An archive, with its suites, from which the image's package manager installs packages."""

    address: str
    suites: tuple[str, ...]


class OwnerFiles(Struct, frozen=True, gc=False):
    """The checksums and the changelog of a package of the distribution that owns language packages: where they are.

    ``paths`` are the files of the language packages, each with the layer that contains its content.
    """

    owner: str  # purl
    paths: tuple[Evidence, ...]
    checksums: tuple[Evidence, ...] = ()
    changelog: Evidence | None = None  # None: the image does not have it


class ChangelogEntry(Struct, frozen=True, array_like=True, gc=False):
    """The vulnerabilities that the entry for one version mentions: as fixed, and otherwise."""

    version: str
    fixed: tuple[str, ...] = ()
    retracted: tuple[str, ...] = ()


class Changelog(Struct, frozen=True):
    """A changelog with the checksum that the distribution's package lists. The newest entry comes first."""

    path: str
    versions: tuple[str, ...]
    entries: tuple[ChangelogEntry, ...]  # the entries that name a vulnerability
    cut_off: str = ""  # the day of the oldest entry, if the changelog states that older entries were removed


class OwnerRead(Struct, frozen=True):
    """The results of reading the files of a package of the distribution, because its language packages have
    vulnerabilities.

    ``genuine`` are the paths whose content has the checksum that the package lists.
    """

    owner: str  # purl
    genuine: tuple[str, ...] = ()
    changelog: Changelog | None = None


class ProgramRead(Struct, frozen=True, gc=False):
    """The compilers that a program or library states, read because it has vulnerabilities."""

    path: str
    compilers: tuple[str, ...] = ()


class Program(Struct, frozen=True, gc=False):
    """A Go program, with the names of its linked functions."""

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
    owned: tuple[str, ...] = ()  # of ``unidentified`` and the unreadable files, those of the distribution's packages
    integrity: Integrity = Integrity()
    no_package_database: bool = False  # the image has a distribution's files, but not its package database
    of_containers: tuple[str, ...] = ()  # Dockerfiles and Compose files of a source tree
    sbom_tool: str | None = None  # if another tool's SBOM lists the packages: the tool's name, "" if the SBOM lacks it
    owner_files: tuple[OwnerFiles, ...] = ()
    owners_read: tuple[OwnerRead, ...] = ()  # the ``owner_files`` that a second pass has read
    programs_read: tuple[ProgramRead, ...] = ()  # programs that no package database lists
    programs: tuple[Program, ...] = ()
    details: Details | None = None  # None: not requested
    origin_files: OriginFiles = OriginFiles()  # files whose origin only their content can show
    origin_read: OriginRead | None = None  # None: origins were not searched
    ledger: Ledger | None = None  # None: of an SBOM, which contains no files
    hardening: Hardening = Hardening()
    hooks: tuple[Hook, ...] = ()  # hooks that no package owns
    notices: tuple[Notice, ...] = ()  # of deprecated versions
    projects: tuple[Project, ...] = ()  # and what their own manifests ask for
    examined: Examined | None = None  # what the contents of files show; None: the contents were not examined
