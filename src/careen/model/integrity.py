"""Whether the programs of a distribution's packages are what its package database says."""

from msgspec import Struct


class ModifiedFile(Struct, frozen=True, gc=False):
    """A program with other content than the package's. ``mode`` are its permission bits, ``package`` is a purl."""

    path: str
    package: str
    layer: int
    mode: int
    uid: int = 0


class Integrity(Struct, frozen=True):
    """Counts of programs that a package of the distribution owns: with the content that the package database records, and
    without a digest to compare. ``modified`` is sorted by path."""

    verified: int = 0
    without_digest: int = 0
    modified: tuple[ModifiedFile, ...] = ()

    @property
    def programs(self) -> int:
        return self.verified + self.without_digest + len(self.modified)

    @property
    def packages(self) -> frozenset[str]:
        """The purls of packages with a modified program."""
        return frozenset(file.package for file in self.modified)
