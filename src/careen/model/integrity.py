"""Whether the programs of a distribution's packages have the content that its package database records."""

from msgspec import Struct


class ModifiedFile(Struct, frozen=True, gc=False):
    """A program whose content differs from the package's. ``mode`` are its permission bits, ``package`` is a purl."""

    path: str
    package: str
    layer: int
    mode: int
    uid: int = 0


class FileCounts(Struct, frozen=True):
    """Counts over all kinds of files that packages list and the image contains. ``unread``: files that could not be
    read.
    """

    verified: int = 0
    modified: int = 0
    without_digest: int = 0
    unread: int = 0

    @property
    def total(self) -> int:
        return self.verified + self.modified + self.without_digest + self.unread


class Integrity(Struct, frozen=True):
    """Counts of programs that a package of the distribution owns: with the content that the package database records,
    and without a recorded digest. ``modified`` is sorted by path. ``files``: None unless all kinds of files were
    compared; then modules of languages count as programs. ``not_compared``: all files, if no scanner needed the
    comparison.
    """

    verified: int = 0
    without_digest: int = 0
    modified: tuple[ModifiedFile, ...] = ()
    files: FileCounts | None = None
    not_compared: int = 0

    @property
    def programs(self) -> int:
        return self.verified + self.without_digest + len(self.modified)

    @property
    def packages(self) -> frozenset[str]:
        """The purls of packages with a modified program."""
        return frozenset(file.package for file in self.modified)
