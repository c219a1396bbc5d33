"""The metadata in the first bytes of a package file: name, version, vendor, signers, and the repositories that it adds.

Shape of an ``.rpm``: a lead of 96 bytes, a signature header padded to 8 bytes, the header; 8 bytes with a magic number precede
each header. Of a ``.deb``: an ``ar`` archive whose ``control.tar`` precedes the data. Nothing after that is read.
Raises ValueError if it is neither, is incomplete, or has more than ``MAX_BYTES`` of metadata.
**Source:** rpm manual, "Package format"; deb(5), deb-control(5).
"""

import io
import re
from collections.abc import Callable, Iterable, Iterator

from msgspec import Struct

from careen.distributions.registry import profiles
from careen.errors import InputError
from careen.formats.archives import tar
from careen.formats.archives.inflate import open_stream
from careen.model.package import Source
from careen.safety.budget import Limits

from .deb822 import paragraphs
from .openpgp import issuer_of
from .rpm_header import MAGIC, read_header, signatures_of, source_of

MAX_BYTES = 1 << 20
MAX_CONTROL_BYTES = 16 << 20  # inflated
_LEAD_BYTES, _LEAD = 96, b"\xed\xab\xee\xdb"
_AR, _MEMBER_BYTES = b"!<arch>\n", 60
_FIELDS = ("package", "version", "architecture", "maintainer", "source", "origin", "vendor")
# Files of package managers that define a repository.
_REPOSITORY = re.compile(
    r"etc/(?:yum\.repos\.d/[^/]+\.repo|zypp/repos\.d/[^/]+\.repo|apt/sources\.list(?:\.d/[^/]+\.(?:list|sources))?)$"
)
_SCRIPTS = ("preinst", "postinst", "config")
_WRITES_REPOSITORY = re.compile(r"(?m)^[^#\n]*/etc/(?:apt/sources\.list\.d|yum\.repos\.d|zypp/repos\.d)\b")


class PackageHead(Struct, frozen=True):
    kind: str  # purl type: "rpm", "deb"
    name: str
    version: str  # with epoch and release
    arch: str | None
    vendor: str | None  # of an rpm: its vendor; of a deb: its maintainer
    source: Source | None
    signers: tuple[str, ...]  # ids of the keys that signed the file, "?" if a signature has none; () if unsigned
    repositories: tuple[str, ...]  # paths of repository definitions that its installation brings

    @property
    def is_repository(self) -> bool:
        """Whether it adds repositories, from which packages that are installed later may come."""
        return bool(self.repositories)


def read_package_head(read: Callable[[int], bytes]) -> PackageHead:
    """Reads the metadata of a package. ``read(size)`` gives the next bytes of the file, fewer only at its end; no
    more than needed is read."""
    source = _Bounded(read)
    start = source.take(len(_AR))
    if start.startswith(_LEAD):
        return _rpm(source)
    if start == _AR:
        return _deb(source)
    raise ValueError("it is neither an rpm nor a deb")


def built_for(head: PackageHead) -> tuple[str, str] | None:
    """(os-release ID, version) of the distribution that a package was built for; None if unknown.

    The mark in the version shows it: "+deb12u3", or "-15.el9" if the vendor is that distribution.
    """
    for distro in profiles().values():
        if head.kind == "deb":
            mark = distro.builds.deb_release
        else:
            is_its = distro.builds.rpm_vendor and re.search(distro.builds.rpm_vendor, head.vendor or "", re.IGNORECASE)
            tags = "|".join(distro.builds.dist_tags) if is_its and distro.builds.always_tagged else ""
            mark = rf"\.(?:{tags})(\d{{1,4}})(?:[._]|$)" if tags else ""
        if mark and (found := re.search(mark, head.version)):
            return distro.id, found[1]
    return None


class _Bounded:
    """Reads exact numbers of bytes, from the first megabyte only."""

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self._read, self._left = read, MAX_BYTES

    def take(self, size: int) -> bytes:
        if size > self._left:
            raise ValueError(f"its metadata does not end within {MAX_BYTES >> 20} MiB")
        self._left -= size
        data = self._read(size)
        if len(data) < size:
            raise ValueError("it is incomplete")
        return data


def _rpm(source: _Bounded) -> PackageHead:
    source.take(_LEAD_BYTES - len(_AR))
    signatures = _header(source)
    source.take(-len(signatures) % 8)
    header = read_header(_header(source))
    places = (f"{folder}/{name}" for folder, names in header.files.items() for name in names)
    return PackageHead(
        "rpm",
        header.name,
        header.evr,
        header.arch,
        header.vendor or header.packager,
        source_of(header),
        tuple(dict.fromkeys(issuer_of(signature) or "?" for signature in signatures_of(signatures))),
        _repositories(places),
    )


def _header(source: _Bounded) -> bytes:
    """The next header as ``rpm_header`` reads it, without its magic number."""
    if source.take(8)[:4] != MAGIC:
        raise ValueError("an rpm without a header")
    counts = source.take(8)
    entries, size = int.from_bytes(counts[:4]), int.from_bytes(counts[4:])
    return counts + source.take(entries * 16 + size)


def _deb(source: _Bounded) -> PackageHead:
    signers: list[str] = []
    while True:
        head = source.take(_MEMBER_BYTES)
        name = head[:16].decode("ascii", "replace").strip().rstrip("/")
        size = head[48:58].strip()
        if head[58:] != b"`\n" or not size.isdigit():
            raise ValueError("a damaged ar archive")
        if name.startswith("data.tar"):
            raise ValueError("a deb whose control file does not come first")
        body = source.take(int(size) + int(size) % 2)[: int(size)]
        if name.startswith("_gpg"):
            signers.append("?")
        elif name.startswith("control.tar"):
            return _control(body, signers)


def _control(body: bytes, signers: Iterable[str]) -> PackageHead:
    texts = dict(_control_files(body))
    fields = next(paragraphs(texts.get("control", ""), _FIELDS), {})
    if not fields.get("package") or not fields.get("version"):
        raise ValueError("a deb without name or version")
    places = [line.strip().lstrip("/") for line in texts.get("conffiles", "").splitlines()]
    places += [line.partition(" ")[2].strip().lstrip("/") for line in texts.get("md5sums", "").splitlines()]
    scripts = [f"{name} (script)" for name in _SCRIPTS if _WRITES_REPOSITORY.search(texts.get(name, ""))]
    source = re.fullmatch(r"(\S+)(?:\s+\((\S+)\))?", fields.get("source", ""))
    return PackageHead(
        "deb",
        fields["package"],
        fields["version"],
        fields.get("architecture"),
        fields.get("maintainer"),
        Source(source[1], source[2] or fields["version"]) if source else None,
        tuple(dict.fromkeys(signers)),
        _repositories(places) or tuple(scripts),
    )


def _control_files(body: bytes) -> Iterator[tuple[str, str]]:
    try:
        stream = open_stream(io.BytesIO(body), Limits(inflated_bytes=MAX_CONTROL_BYTES))
        for member in tar.members(stream):
            if member.kind == "f" and member.path in ("control", "conffiles", "md5sums", *_SCRIPTS):
                yield member.path, b"".join(tar.content(stream, member)).decode("utf-8", "replace")
    except InputError as error:
        raise ValueError(str(error)) from error


def _repositories(paths: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(path for path in paths if _REPOSITORY.match(path)))
