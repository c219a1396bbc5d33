"""What a judgement of an image's configuration needs of its file system: not every file, but every one of note."""

from msgspec import Struct


class Entry(Struct, frozen=True, gc=False, array_like=True):
    """One visible file, link or folder. ``owned``: it came with a package of the distribution."""

    path: str
    kind: str  # f file, l symbolic link, h hard link, d folder
    mode: int = 0o644
    uid: int = 0
    gid: int = 0
    layer: int = 0
    owned: bool = False
    capabilities: bool = False


class FileSystem(Struct, frozen=True):
    """``texts`` are the small files that say who there is, what is trusted and where software comes from, credentials
    in them crossed out; ``entries`` have the files of note, sorted by path."""

    entries: tuple[Entry, ...] = ()
    texts: dict[str, str] = {}
