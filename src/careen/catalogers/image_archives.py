"""Archives and layouts of container images, and archives of root file systems, that are files of the image: those that k3s
loads when it starts, ``alpine-minirootfs.tar.gz``.

Their packages are not read: each archive becomes an Unknown, so that a report is not complete without a scan of it. The first
members tell what it contains, whatever wrote it: that of an image has a name of its formats; in a root file system all are
below folders of the root, and one is a file or a folder that every root has.
Raises: ValueError for an archive or a layout of an image, or an archive of a root file system.
**Source:** OCI image layout; moby, "Image Tarball Format"; containers/image, docker/internal/tarfile; containerd,
images/archive; go-containerregistry, pkg/v1/tarball; Filesystem Hierarchy Standard 3.0, section 3.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from io import BytesIO
from itertools import islice

from careen.formats.archives.inflate import open_stream
from careen.formats.archives.tar import members
from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants
from careen.safety.budget import Limits
from careen.safety.pattern import pattern

FIRST_BYTES = 256 << 10  # a block of zstd, which is unpacked as a whole, has up to 128 KiB
_OF_IMAGES = pattern(
    r"oci-layout|blobs/sha256(?:/.*)?|(?:sha256:)?[0-9a-f]{64}(?:\.json|\.tar|\.tar\.gz|/layer\.tar|/VERSION)?"
)
_FOLDERS = ("", "blobs")  # the member after them tells
_OF_ROOT = frozenset((
    "bin", "boot", "dev", "etc", "home", "lib", "lib32", "lib64", "libx32", "media", "mnt", "opt", "proc", "root", "run",
    "sbin", "srv", "sys", "tmp", "usr", "var",
))  # fmt: skip
# What programs that are only packed with their folders (bin, lib, etc) do not have.
_ONLY_IN_ROOT = frozenset((
    "bin/busybox", "bin/sh", "boot", "dev", "etc/os-release", "etc/passwd", "lib/apk", "media", "mnt", "proc", "sys",
    "usr/bin/env", "usr/lib/os-release", "var/lib/dpkg", "var/lib/rpm",
))  # fmt: skip
MAX_MEMBERS = 2000  # that are looked at


class Beginning:
    """Collects the first bytes of an archive."""

    ranges: Sequence[tuple[int, int]] | None = ((0, FIRST_BYTES),)

    def __init__(self) -> None:
        self._data = bytearray()

    def feed(self, chunk: bytes) -> None:
        self._data += chunk[: FIRST_BYTES - len(self._data)]

    def skip(self, size: int) -> None:
        """What is skipped lies behind the first bytes."""

    def facts(self) -> Iterator[Package]:
        names = _names(bytes(self._data))
        if _OF_IMAGES.fullmatch(next((name for name in names if name not in _FOLDERS), "")):
            raise ValueError("an archive of a container image, which careen scan reads by itself")
        if _is_root(names):
            raise ValueError("an archive of a root file system, which careen scan reads when it is unpacked")
        return iter(())


def read(file: File) -> Beginning:
    return Beginning()


def read_layout(file: File) -> Iterator[Package]:
    if b"imageLayoutVersion" in file.data:
        raise ValueError("a layout of container images, whose folder careen scan reads by itself")
    return iter(())


def _names(head: bytes) -> list[str]:
    """The names of the first members; none if the bytes are no tar archive."""
    names: list[str] = []
    with suppress(ValueError):  # the head ends within a member
        names.extend(member.path for member in islice(members(open_stream(BytesIO(head), Limits())), MAX_MEMBERS))
    return names


def _is_root(names: Iterable[str]) -> bool:
    found = {name for name in names if name}
    tops = {name.partition("/")[0] for name in found}
    beginnings = {"/".join(name.split("/")[:depth]) for name in found for depth in (1, 2, 3)}
    return len(tops) > 1 and tops <= _OF_ROOT and not beginnings.isdisjoint(_ONLY_IN_ROOT)


CATALOGER = Cataloger(
    name="image_archives",
    ecosystem=Ecosystem(purl_type="generic", scheme="generic"),
    readers=(
        Reader(Wants(suffixes=(".tar", ".tar.bz2", ".tar.gz", ".tar.xz", ".tar.zst", ".tgz", ".txz"), amount="stream"), read),
        Reader(Wants(names=("oci-layout",), amount="head"), read_layout),
    ),
    limits="The packages of these images and root file systems.",
)
