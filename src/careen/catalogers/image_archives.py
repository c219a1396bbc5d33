"""Archives and layouts of container images that are files of the image, such as those that k3s loads when it starts.

Their packages are not read: each archive becomes an Unknown, so that a report is not complete without a scan of it. The name
of one of the first members tells an archive of an image, whatever wrote it.
Raises: ValueError for an archive or a layout of an image.
**Source:** OCI image layout; moby, "Image Tarball Format"; containers/image, docker/internal/tarfile; containerd,
images/archive; go-containerregistry, pkg/v1/tarball.
"""

from collections.abc import Iterator
from io import BytesIO

from careen.formats.archives.inflate import open_stream
from careen.formats.archives.tar import members
from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants
from careen.safety.budget import Limits
from careen.safety.pattern import pattern

_OF_IMAGES = pattern(
    r"oci-layout|blobs/sha256(?:/.*)?|(?:sha256:)?[0-9a-f]{64}(?:\.json|\.tar|\.tar\.gz|/layer\.tar|/VERSION)?"
)
_FOLDERS = ("", "blobs")  # the member after them tells


def read(file: File) -> Iterator[Package]:
    if _OF_IMAGES.fullmatch(_first_name(file.data)):
        raise ValueError("an archive of a container image, which careen scan reads by itself")
    return iter(())


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
        Reader(Wants(suffixes=(".tar", ".tar.gz", ".tgz", ".tar.zst", ".tar.xz"), amount="head"), read),
        Reader(Wants(names=("oci-layout",), amount="head"), read_layout),
    ),
    limits="The packages of these images.",
)
