"""Archives and layouts of container images that are files of the image, such as those that k3s loads when it starts.

Their packages are not read: each archive becomes an Unknown, so that a report is not complete without a scan of it. The name
of one of the first members tells an archive of an image, whatever wrote it.
Raises: ValueError for an archive or a layout of an image.
**Source:** OCI image layout; moby, "Image Tarball Format"; containers/image, docker/internal/tarfile; containerd,
images/archive; go-containerregistry, pkg/v1/tarball.
"""

from collections.abc import Iterator, Sequence
from io import BytesIO

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
        if _OF_IMAGES.fullmatch(_first_name(bytes(self._data))):
            raise ValueError("an archive of a container image, which careen scan reads by itself")
        return iter(())


def read(file: File) -> Beginning:
    return Beginning()


def read_layout(file: File) -> Iterator[Package]:
    if b"imageLayoutVersion" in file.data:
        raise ValueError("a layout of container images, whose folder careen scan reads by itself")
    return iter(())


def _first_name(head: bytes) -> str:
    """The name of the first member that is no folder of any archive; "" if the bytes are no tar archive."""
    try:
        return next(
            (name for member in members(open_stream(BytesIO(head), Limits())) if (name := member.path) not in _FOLDERS), ""
        )
    except ValueError:
        return ""


CATALOGER = Cataloger(
    name="image_archives",
    ecosystem=Ecosystem(purl_type="generic", scheme="generic"),
    readers=(
        Reader(Wants(suffixes=(".tar", ".tar.gz", ".tgz", ".tar.zst", ".tar.xz"), amount="stream"), read),
        Reader(Wants(names=("oci-layout",), amount="head"), read_layout),
    ),
    limits="The packages of these images.",
)
