"""A Debian archive's own lists: the Release file of a suite, and its indices of source and binary packages.

Shape: ``Release`` is one paragraph whose SHA256 field lists ``digest size path`` of every index; ``Sources`` and
``Packages`` have a paragraph for each package. Of a source package the result is the file with its ``debian`` folder,
of a binary package the .deb; both contain the changelog.
Raises: ValueError.  **Source:** Debian wiki, DebianRepository/Format; Debian Policy 5.4 and 5.6 (fields);
dpkg-source(1), "SOURCE PACKAGE FORMATS".
"""

import re
from collections.abc import Collection, Iterable, Iterator
from datetime import UTC

from msgspec import Struct

MAX_PARAGRAPH_BYTES = 8 << 20
_DIGEST = re.compile(r"[0-9a-f]{64}")
_PATH = re.compile(r"[A-Za-z0-9][\w.+~:@%^=,-]*(?:/[A-Za-z0-9][\w.+~:@%^=,-]*)*", re.ASCII)
_FIELD = re.compile(
    rb"^(package|version|directory|source|filename|size|sha256|checksums-sha256|codename|suite|date|valid-until|components):"
    rb"[ \t]*(.*(?:\n[ \t].*)*)",
    re.MULTILINE | re.IGNORECASE,
)
_PACKAGE = re.compile(rb"^package:[ \t]*(\S+)", re.MULTILINE | re.IGNORECASE)
_SOURCE = re.compile(r"(\S+)(?: \((\S+)\))?")


class Index(Struct, frozen=True):
    """A file's checksum, in hexadecimal digits, and its size, as a list states them."""

    digest: str
    size_bytes: int
    algorithm: str = "sha256"


class Release(Struct, frozen=True):
    codename: str
    suite: str
    date: str  # ISO 8601
    valid_until: str  # ISO 8601; "" if it does not expire
    components: tuple[str, ...]
    indices: dict[str, Index]  # by path below the suite's folder


class Offer(Struct, frozen=True, array_like=True, gc=False):
    """A file with the changelog of one version of a source package."""

    version: str
    path: str  # below the archive's root
    sha256: str
    size_bytes: int


class SourceFiles(Struct, frozen=True):
    """All files of one version of a source package, in a folder below the archive's root."""

    name: str
    version: str
    folder: str
    files: dict[str, Index]


def read_release(data: bytes) -> Release:
    fields = _fields(data)
    if not fields.get("sha256") or not fields.get("date"):
        raise ValueError("not a Release file: it has no date or no SHA256 checksums")
    return Release(
        fields.get("codename", ""),
        fields.get("suite", ""),
        _date(fields["date"]),
        _date(fields["valid-until"]) if fields.get("valid-until") else "",
        tuple(name.rpartition("/")[2] for name in fields.get("components", "").split()),
        dict(_listed(fields["sha256"])),
    )


def sources(pieces: Iterable[bytes]) -> Iterator[tuple[str, Offer]]:
    """Source packages by name, from the pieces, of any size, of a ``Sources`` index."""
    for paragraph in _paragraphs(pieces):
        fields = _fields(paragraph)
        name, version, folder = fields.get("package"), fields.get("version"), fields.get("directory")
        files = dict(_listed(fields.get("checksums-sha256", "")))
        file = _with_changelog(files)
        if name and version and folder and file:
            path = file if folder == "." else f"{folder}/{file}"
            if _PATH.fullmatch(path):
                yield name, Offer(version, path, files[file].digest, files[file].size_bytes)


def source_files(pieces: Iterable[bytes], wanted: Collection[str]) -> Iterator[SourceFiles]:
    """The files of the wanted source packages, from a ``Sources`` index."""
    for paragraph in _paragraphs(pieces):
        name = _PACKAGE.search(paragraph)
        if name is None or name[1].decode("ascii", "replace") not in wanted:
            continue
        fields = _fields(paragraph)
        version, folder = fields.get("version"), fields.get("directory", "")
        if version and _PATH.fullmatch(folder):
            files = dict(_listed(fields.get("checksums-sha256", "")))
            yield SourceFiles(fields["package"], version, folder, {name: files[name] for name in files if "/" not in name})


def packages(pieces: Iterable[bytes]) -> Iterator[tuple[str, Offer]]:
    """Binary packages by the name of their source package, from a ``Packages`` index."""
    for paragraph in _paragraphs(pieces):
        fields = _fields(paragraph)
        source = _SOURCE.fullmatch(fields.get("source") or fields.get("package", ""))
        version, path, digest, size = (fields.get(key, "") for key in ("version", "filename", "sha256", "size"))
        path = path.removeprefix("./")
        if source and version and _PATH.fullmatch(path) and _DIGEST.fullmatch(digest) and size.isdecimal():
            yield source[1], Offer(source[2] or version, path, digest, int(size))


def _with_changelog(files: Iterable[str]) -> str | None:
    """The archive with the debian folder: a separate one, a diff against upstream's archive, or the package's only archive."""
    names = [name for name in files if not name.endswith((".asc", ".sig"))]
    for is_it in (lambda name: ".debian.tar." in name, lambda name: name.endswith(".diff.gz")):
        if found := next(filter(is_it, names), None):
            return found
    return next((name for name in names if ".tar." in name and ".orig" not in name), None)


def _paragraphs(pieces: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n\n")
        if len(rest) > MAX_PARAGRAPH_BYTES:
            raise ValueError(f"an index has a paragraph of more than {MAX_PARAGRAPH_BYTES >> 20} MiB")
        yield from whole
    yield rest


def _fields(paragraph: bytes) -> dict[str, str]:
    return {
        name.decode("ascii", "replace").lower(): value.decode("utf-8", "replace").strip()
        for name, value in _FIELD.findall(paragraph)
    }


def _listed(text: str) -> Iterator[tuple[str, Index]]:
    for line in text.splitlines():
        parts = line.split()
        if len(parts) == 3 and _DIGEST.fullmatch(parts[0]) and parts[1].isdecimal() and _PATH.fullmatch(parts[2]):
            yield parts[2], Index(parts[0], int(parts[1]))


def _date(text: str) -> str:
    from email.utils import parsedate_to_datetime

    try:
        found = parsedate_to_datetime(text)
    except (ValueError, IndexError):
        raise ValueError(f"the date of a Release file is malformed: {text[:60]!r}") from None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC).isoformat(timespec="seconds")
