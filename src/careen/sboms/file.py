"""An SBOM file, recognised by its content, as the Image that it describes and its Inventory.

The image has the layers that the document names; they cannot be opened.
Raises: InputError if the file is not in a known format, is damaged, or has more than 256 MiB.
"""

from collections.abc import Callable, Sequence
from io import SEEK_END, BytesIO
from pathlib import Path
from typing import BinaryIO

from careen.errors import InputError
from careen.formats.data.json_file import read_bounded
from careen.formats.data.unicode_bytes import as_utf8
from careen.model.image import Image, ImageConfig, Layer
from careen.model.inventory import Inventory
from careen.plugins import SbomFormat

HEAD_BYTES = 64 * 1024
TAIL_BYTES = 4 * 1024  # of JSON, whose keys have any order: what names the format may be the last
MAX_BYTES = 256 << 20


def recognised(path: Path, formats: Callable[[], Sequence[SbomFormat]]) -> SbomFormat | None:
    """The format of a text file that is an SBOM; None for any other path."""
    try:
        if not path.is_file():
            return None
        with path.open("rb") as stream:
            head = _sample(stream)
    except OSError:
        return None
    return None if b"\0" in head else _format(head, formats())


def read_file(path: Path, reference: str, formats: Sequence[SbomFormat]) -> tuple[Image, Inventory]:
    try:
        data = bytes(read_bounded(path, MAX_BYTES))
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}", "check the path") from None
    return read_data(data, str(path), reference, formats)


def read_data(data: bytes, name: str, reference: str, formats: Sequence[SbomFormat]) -> tuple[Image, Inventory]:
    """The image and inventory of a document. ``name`` is that of the file, for messages."""
    format = _format(_sample(BytesIO(data)), formats)
    if format is None:
        known = ", ".join(format.description for format in formats)
        raise InputError(f"{name} is not an SBOM in a format that Careen reads", f"it reads {known}")
    try:
        found = format.read(data)
    except ValueError as error:
        raise InputError(f"{name}: {error}", "create the SBOM again") from None
    layers = (Layer(index, layer.digest, layer.diff_id, 0, "", _no_content) for index, layer in enumerate(found.layers))
    return Image(reference, "sbom", found.digest, None, ImageConfig(), tuple(layers)), found.inventory


def _sample(stream: BinaryIO) -> bytes:
    """The bytes by which a document is recognised."""
    head = stream.read(HEAD_BYTES)
    if len(head) < HEAD_BYTES or head.lstrip()[:1] != b"{":
        return as_utf8(head)
    stream.seek(-TAIL_BYTES, SEEK_END)
    return head + stream.read(TAIL_BYTES)


def _format(head: bytes, formats: Sequence[SbomFormat]) -> SbomFormat | None:
    return next((format for format in formats if format.accepts(head)), None)


def _no_content() -> BinaryIO:
    raise InputError("an SBOM does not contain the layers", "scan the image itself")
