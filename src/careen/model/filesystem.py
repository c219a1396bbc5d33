"""The parts of an image's file system that checks of its configuration need: the relevant files, not all."""

from msgspec import Struct


class Entry(Struct, frozen=True, gc=False, array_like=True):
    """One visible file, link or folder. ``owned``: a package of the distribution contains it."""

    path: str
    kind: str  # f file, l symbolic link, h hard link, d folder
    mode: int = 0o644
    uid: int = 0
    gid: int = 0
    layer: int = 0
    owned: bool = False
    capabilities: bool = False


class FileSystem(Struct, frozen=True):
    """The relevant files. ``texts`` are the small files about users, trust and package sources, with redacted
    credentials; ``entries`` are all relevant files, sorted by path.
    """

    entries: tuple[Entry, ...] = ()
    texts: dict[str, str] = {}
