"""Facts about packages for SBOMs and licence reports, which are read only on request."""

from msgspec import Struct


class LicenceFile(Struct, frozen=True, gc=False):
    """A licence text or ``copyright`` file of a package. ``expression`` is "" if no licence was recognised in it.
    ``declares``: the package's maker states its licence there, as in Debian; other files only show what was found.
    """

    package: str  # purl
    path: str
    expression: str
    holders: tuple[str, ...] = ()
    declares: bool = False
    layer: int = 0


class Dependencies(Struct, frozen=True, gc=False):
    """The packages of the image that a package needs, by its own metadata."""

    package: str  # purl
    on: tuple[str, ...]


class FileDigest(Struct, frozen=True, gc=False):
    path: str
    sha256: str
    sha512: str


class Details(Struct, frozen=True):
    licence_files: tuple[LicenceFile, ...] = ()
    dependencies: tuple[Dependencies, ...] = ()
    digests: tuple[FileDigest, ...] = ()
    suppliers: tuple[tuple[str, str], ...] = ()  # purl, and who makes the package by its own metadata
