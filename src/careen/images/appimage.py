"""An AppImage (``.AppImage``): an ELF program followed by a squashfs that contains the application and its libraries.
The squashfs is read as the root file system of one layer; the program, which only mounts it, is not read.

Shape of type 2: an ELF file with ``AI`` and 2 at offset 8; the squashfs begins where the ELF file ends, after its section
headers.
Raises: InputError if the file cannot be read, or has no squashfs there.
**Source:** AppImage specification, draft, "Type 2 image format".
"""

from datetime import UTC, datetime
from pathlib import Path

from careen.errors import InputError
from careen.formats.binaries.elf import read_elf
from careen.model.image import Image, ImageConfig
from careen.plugins import ImageSource, OpenContext

from .squashfs import PartFile, squashfs_layer
from .tarstream import limits_of, starts_with

MARK, MARK_AT = b"AI\x02", 8
_HEAD_BYTES = 64 * 1024


def open_image(reference: str, context: OpenContext) -> Image:
    path = Path(reference)
    try:
        part = _part(path)
        file, found = part.opened()
        file.close()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}", "check the path and its permissions") from error
    except ValueError as error:
        raise InputError(f"{path} is {error}", "unpack it with --appimage-extract, and scan the folder") from error
    config = ImageConfig(created=datetime.fromtimestamp(found.created, UTC).isoformat(timespec="seconds"))
    return Image(reference, "directory", "", None, config, (squashfs_layer(part, 0, limits_of(context)),))


def _part(path: Path) -> PartFile:
    """The part of the file after the program. Raises ValueError if there is none."""
    size = path.stat().st_size
    with path.open("rb") as file:
        elf = read_elf(file.read(_HEAD_BYTES))
    end = elf.sections_at + elf.section_count * elf.section_bytes
    if not elf.sections_at or end >= size:
        raise ValueError("an AppImage without a file system behind its program")
    return PartFile(path, end, size - end)


IMAGE_SOURCE = ImageSource(
    name="appimage",
    open=open_image,
    accepts=lambda reference: starts_with(reference, MARK_AT, MARK),
    description="an application in an AppImage, by the file system in it",
)
