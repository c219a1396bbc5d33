"""Uploaded archives of images, in the formats of ``docker save`` and OCI tools. Their layers are read like those of
registries: once in the whole fleet.

The database holds the bytes of the upload, so that every worker can read them. A layer is stored under the digest of
its actual bytes. A layer with another declared digest is refused, so that no upload can impersonate a layer that other
images wait for.
Raises: InputError if the bytes are not an archive of a single image, or if the upload was removed.
"""

import hashlib
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from msgspec.structs import replace
from sqlalchemy import ColumnElement, func, select

from careen.app.cachefolder import cache_folder
from careen.app.opening import open_image
from careen.config import Settings
from careen.errors import InputError, OverBudgetError
from careen.model.image import Image, Layer

from .fleet import Fleet
from .tables import image, upload

KIND = "archive"
CHUNK = 1 << 20
UNPACKED_BYTES = 1 << 30  # of an archive, and of its layers together
ELSEWHERE = "scan it with: careen scan FILE --server URL"
_STARTS = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"\xfd7zXZ", b"BZh")  # the first bytes of gzip, zstd, xz and bzip2


def is_archive(data: bytes) -> bool:
    return data[257:262] == b"ustar" or data.startswith(_STARTS)


def read(data: bytes, settings: Settings) -> Image:
    """The only image of an archive. The digest of each layer is computed from its bytes."""
    with _opened(data, settings) as opened:
        layers, size = [], 0
        for layer in opened.layers:  # an archive can list the same bytes as any number of layers
            layers.append(_hashed(layer))
            size += layers[-1].size_bytes
            if size > UNPACKED_BYTES:
                raise InputError(f"the layers of the archive have more than {UNPACKED_BYTES >> 20} MiB", ELSEWHERE)
        return replace(opened, layers=tuple(layers))


def layer_bytes(fleet: Fleet, identity: str, digest: str) -> Iterator[bytes]:
    """The stored bytes of a layer of an uploaded archive."""
    with fleet.engine.connect() as connection:
        wanted = select(upload.c.content, upload.c.size_bytes).join(image, image.c.id == upload.c.image_id)
        row = connection.execute(wanted.where(image.c.identity == identity, upload.c.kind == KIND, has_content())).first()
    if row is None:
        raise InputError("the archive is gone", "upload it again")
    with _opened(zlib.decompress(row.content, bufsize=int(row.size_bytes)), fleet.settings) as opened:
        for layer in opened.layers:
            if _hashed(layer).digest == digest:
                with layer.open() as stream:
                    while chunk := stream.read(CHUNK):
                        yield chunk
                return
    raise InputError(f"the archive has no layer {digest}", "upload it again")


def has_content() -> ColumnElement[bool]:
    """A condition on rows of ``upload``: it has the bytes, which later uploads of the same bytes do not store again."""
    return func.length(upload.c.content) > 0


def _hashed(layer: Layer) -> Layer:
    checksum, size = hashlib.sha256(), 0
    with layer.open() as stream:
        while chunk := stream.read(CHUNK):
            checksum.update(chunk)
            size += len(chunk)
    digest = f"sha256:{checksum.hexdigest()}"
    if layer.digest.startswith("sha256:") and layer.digest != digest:
        raise InputError(f"the bytes of the layer {layer.digest} do not have that digest", "save the image again")
    return replace(layer, digest=digest, size_bytes=size)


@contextmanager
def _opened(data: bytes, settings: Settings) -> Iterator[Image]:
    """The image of the archive, as long as it may be read. Messages do not name the temporary file."""
    folder = cache_folder(settings)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    bounded = replace(settings, max_layer_bytes=min(settings.max_layer_bytes, UNPACKED_BYTES))
    with tempfile.NamedTemporaryFile(dir=folder, prefix="upload-", suffix=".tar") as file:
        file.write(data)
        file.flush()
        try:
            yield open_image(f"docker-archive:{file.name}", bounded)
        except InputError as error:
            hint = ELSEWHERE if isinstance(error.__cause__, OverBudgetError) else error.hint.replace(file.name, "FILE")
            raise InputError(str(error).replace(file.name, "the file"), hint) from error
