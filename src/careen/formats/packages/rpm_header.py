"""One installed rpm package, from its header in the package database.

Shape of a blob: two big-endian counts, that many 16-byte index entries (tag, type, offset, count), then the store
they point into. There is no lead and no magic number, unlike in an ``.rpm`` file. A first entry with a region tag spans the
entries as they were signed; entries after it were added at installation and override signed ones of the same tag.
Raises ValueError for other data.  **Source:** rpm manual, "Package format" (header structure) and "Tags".
"""

from base64 import b64decode
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from struct import Struct as Layout
from struct import unpack_from
from typing import NamedTuple

from msgspec import Struct

from careen.model.package import Source

MAX_ENTRIES = 65_536
MAX_TEXT_BYTES = 64 * 1024

MAGIC = b"\x8e\xad\xe8\x01"  # before a header in an .rpm file; 4 bytes of zeros follow it
_SIGNATURES = (268, 267, 278, 1002, 1005)  # RSA, DSA, OpenPGP; of header and payload: PGP, GPG
_BINARY = 7

_INTRO = Layout(">II")
_ENTRY = Layout(">IIiI")
_NAME, _VERSION, _RELEASE, _EPOCH = 1000, 1001, 1002, 1003
_VENDOR, _LICENSE, _PACKAGER, _ARCH, _SOURCE_RPM, _MODULE = 1011, 1014, 1015, 1022, 1044, 5096
_OLD_FILES, _STATES, _MODES, _FLAGS = 1027, 1029, 1030, 1037
_FOLDER_INDEXES, _BASENAMES, _FOLDERS = 1116, 1117, 1118
_INT8, _INT16, _INT32, _STRING, _STRINGS, _I18N = 2, 3, 4, 6, 8, 9
_FORMATS = {1: ("B", 1), _INT8: ("B", 1), _INT16: ("H", 2), _INT32: ("I", 4)}
_FOLDER_MODE, _KIND_MASK = 0o040000, 0o170000
_GHOST, _CONFIGURATION = 64, 1
_DIGESTS, _ALGORITHM, _VERIFY_FLAGS, _VERIFY_DIGEST = 1035, 5011, 1045, 1
ALGORITHMS = {1: "md5", 2: "sha1", 8: "sha256", 9: "sha384", 10: "sha512"}  # OpenPGP's numbers
_NOT_INSTALLED, _WRONG_COLOR = 2, 4

Entries = dict[int, tuple[int, int, int]]  # tag: type, offset in the store, count


class RpmHeader(Struct, frozen=True, gc=False, omit_defaults=True):
    """The metadata of an installed package. ``files`` are its installed files: folder to names, neither with a
    leading slash. ``digests`` are those of files that may be programs, by path, in hexadecimal digits, computed with
    ``algorithm``."""

    name: str
    version: str
    release: str
    epoch: int | None = None
    arch: str | None = None
    source_rpm: str | None = None  # a file name: "openssl-3.0.7-6.el9.src.rpm"
    license: str | None = None
    vendor: str | None = None
    packager: str | None = None
    module: str | None = None
    files: dict[str, tuple[str, ...]] = {}
    digests: dict[str, str] = {}
    algorithm: str = ""

    @property
    def evr(self) -> str:
        """The version as ``epoch:version-release``; an epoch of zero is left out."""
        return f"{self.epoch}:{self.version}-{self.release}" if self.epoch else f"{self.version}-{self.release}"


def read_header(blob: bytes) -> RpmHeader:
    entries, store = _entries(blob)
    name = _text(entries, store, _NAME)
    version = _text(entries, store, _VERSION)
    release = _text(entries, store, _RELEASE)
    if not name or not version or release is None:
        raise ValueError("rpm header without name, version or release")
    epochs = _numbers(entries, store, _EPOCH)
    files = _files(entries, store)
    algorithm = ALGORITHMS.get((_numbers(entries, store, _ALGORITHM) or (1,))[0], "")
    return RpmHeader(
        name=name,
        version=version,
        release=release,
        epoch=epochs[0] if epochs else None,
        arch=_text(entries, store, _ARCH),
        source_rpm=_text(entries, store, _SOURCE_RPM),
        license=_text(entries, store, _LICENSE),
        vendor=_text(entries, store, _VENDOR),
        packager=_text(entries, store, _PACKAGER),
        module=_text(entries, store, _MODULE),
        files=_by_folder(files),
        digests={file.path: file.digest for file in files if file.digest} if algorithm else {},
        algorithm=algorithm,
    )


def source_of(header: RpmHeader) -> Source | None:
    """The source package, from its file name ``name-version-release.src.rpm``; None if unknown.

    The file name omits the epoch: it is the package's if version and release are equal.
    """
    stem = (header.source_rpm or "").removesuffix(".rpm").removesuffix(".src").removesuffix(".nosrc")
    name, _, release = stem.rpartition("-")
    name, _, version = name.rpartition("-")
    if not name or not version or not release:
        return None
    same = (version, release) == (header.version, header.release)
    return Source(name, header.evr if same else f"{version}-{release}")


def signatures_of(blob: bytes) -> tuple[bytes, ...]:
    """The OpenPGP packets of the signature header of an ``.rpm`` file; () if it is unsigned."""
    entries, store = _entries(blob)
    found = []
    for tag in _SIGNATURES:
        kind, offset, count = entries.get(tag, (0, 0, 0))
        if kind == _BINARY and 0 <= offset < offset + count <= len(store):
            found.append(store[offset : offset + count])
        elif kind in (_STRING, _STRINGS) and count:  # in rpm 6, base64
            with suppress(ValueError):
                found += [b64decode(text) for text in _texts(entries, store, tag)]
    return tuple(found)


def _entries(blob: bytes) -> tuple[Entries, bytes]:
    if len(blob) < _INTRO.size:
        raise ValueError("incomplete rpm header")
    count, size = _INTRO.unpack_from(blob)
    start = _INTRO.size + count * _ENTRY.size
    if not 0 < count <= MAX_ENTRIES or start + size > len(blob):
        raise ValueError("rpm header larger than its blob")
    entries = {}
    for position in range(_INTRO.size, start, _ENTRY.size):
        tag, kind, offset, number = _ENTRY.unpack_from(blob, position)
        entries[tag] = (kind, offset, number)
    return entries, blob[start : start + size]


def _text(entries: Entries, store: bytes, tag: int) -> str | None:
    """The string of a tag, or its first translation; None if the tag is absent."""
    kind, offset, count = entries.get(tag, (0, 0, 0))
    if kind not in (_STRING, _STRINGS, _I18N) or not count or not 0 <= offset < len(store):
        return None
    end = store.find(b"\0", offset, offset + MAX_TEXT_BYTES)
    if end < 0:
        raise ValueError("rpm header with a text without an end")
    text = store[offset:end].decode("utf-8", "replace").strip()
    return None if text in ("", "(none)") else text


def _numbers(entries: Entries, store: bytes, tag: int) -> tuple[int, ...]:
    kind, offset, count = entries.get(tag, (0, 0, 0))
    letter, width = _FORMATS.get(kind, ("", 0))
    if not width:
        return ()
    if not 0 <= offset <= offset + count * width <= len(store):
        raise ValueError("rpm header that points outside of its store")
    return unpack_from(f">{count}{letter}", store, offset)


def _texts(entries: Entries, store: bytes, tag: int) -> list[str]:
    kind, offset, count = entries.get(tag, (0, 0, 0))
    if kind not in (_STRING, _STRINGS) or not count:
        return []
    if not 0 <= offset < len(store) or count > len(store):
        raise ValueError("rpm header that points outside of its store")
    parts = store[offset:].split(b"\0", count)
    if len(parts) <= count:
        raise ValueError("rpm header with fewer texts than stated")
    return [part.decode("utf-8", "replace") for part in parts[:count]]


class _File(NamedTuple):
    folder: str
    name: str
    digest: str  # "" if the content may change

    @property
    def path(self) -> str:
        return f"{self.folder}/{self.name}" if self.folder else self.name


def _files(entries: Entries, store: bytes) -> list[_File]:
    """The files that are on the disk: no folders, no ghosts (created later), no files that installation left out."""
    names = _texts(entries, store, _BASENAMES)
    folders = [folder.strip("/") for folder in _texts(entries, store, _FOLDERS)]
    indexes = _numbers(entries, store, _FOLDER_INDEXES)
    if not names:  # packages of rpm before version 4
        pairs = [path.rpartition("/") for path in _texts(entries, store, _OLD_FILES)]
        names, folders = [name for _, _, name in pairs], [folder.strip("/") for folder, _, _ in pairs]
        indexes = tuple(range(len(names)))
    if len(indexes) != len(names) or any(index >= len(folders) for index in indexes):
        raise ValueError("rpm header whose files have no folders")
    modes = _numbers(entries, store, _MODES)
    flags = _numbers(entries, store, _FLAGS)
    states = _numbers(entries, store, _STATES)
    left_out = {at for at, mode in enumerate(modes) if mode & _KIND_MASK == _FOLDER_MODE}
    left_out |= {at for at, flag in enumerate(flags) if flag & _GHOST}
    left_out |= {at for at, state in enumerate(states) if state in (_NOT_INSTALLED, _WRONG_COLOR)}
    changing = {at for at, flag in enumerate(flags) if flag & _CONFIGURATION}
    verified = _numbers(entries, store, _VERIFY_FLAGS)
    changing |= {at for at, flag in enumerate(verified) if not flag & _VERIFY_DIGEST}
    digests = _texts(entries, store, _DIGESTS)
    found = []
    for at, name in enumerate(names):
        if at not in left_out:
            digest = digests[at] if at < len(digests) and at not in changing else ""
            found.append(_File(folders[indexes[at]], name, digest))
    return found


def _by_folder(files: Iterable[_File]) -> dict[str, tuple[str, ...]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for file in files:
        found[file.folder].append(file.name)
    return {folder: tuple(inside) for folder, inside in found.items()}
