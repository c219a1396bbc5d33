"""Archives of container images that are files of the image, such as those that k3s loads when it starts.

Their packages are not read: each archive becomes an Unknown, so that a report is not complete without a scan of it. The names
of the first two members tell an archive of an image, whatever wrote it.
Raises: ValueError for an archive of an image.
**Source:** OCI image layout; moby, "Image Tarball Format"; containers/image, docker/internal/tarfile; containerd,
images/archive; go-containerregistry, pkg/v1/tarball.
"""

from collections.abc import Iterator
from io import BytesIO

from careen.formats.archives.inflate import open_stream
from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants
from careen.safety.budget import Limits
from careen.safety.pattern import pattern

_BLOCK = 512
_FIRST = pattern(
    rb"(?:\./)?(?:oci-layout|blobs/sha256/?|(?:sha256:)?[0-9a-f]{64}(?:/|\.json|\.tar|\.tar\.gz|/layer\.tar|/VERSION)?)"
)
_FOLDER = pattern(rb"(?:\./)?(?:blobs/?)?|\.")  # the second member tells


def read(file: File) -> Iterator[Package]:
    if _is_image(file.data):
        raise ValueError("an archive of a container image, which careen scan reads by itself")
    return iter(())


def _is_image(head: bytes) -> bool:
    try:
        start = open_stream(BytesIO(head), Limits()).read(2 * _BLOCK)
    except ValueError:
        return False
    if start[257:262] != b"ustar":
        return False
    first, second = (start[at : at + 100].partition(b"\0")[0] for at in (0, _BLOCK))
    return _FIRST.fullmatch(first) is not None or (
        _FOLDER.fullmatch(first) is not None and _FIRST.fullmatch(second) is not None
    )


CATALOGER = Cataloger(
    name="image_archives",
    ecosystem=Ecosystem(purl_type="generic", scheme="generic"),
    readers=(Reader(Wants(suffixes=(".tar", ".tar.gz", ".tgz", ".tar.zst", ".tar.xz"), amount="head"), read),),
    limits="The packages of these images.",
)
