"""Images of file systems, disks and boot archives that are files of the image.

The packages in them are not read: each becomes an Unknown, so that a report is not complete without a scan of it. The boot
archive of an installed kernel (``boot/initrd.img-6.1``) consists of the image's own packages and is left out.
Raises: ValueError for such an image.
**Source:** linux/include/uapi/linux/magic.h; ECMA-119, 8.1; qcow2, vmdk, vhd and vhdx specifications; cpio(5); AppImage
specification, type 2; SIF specification.
"""

from collections.abc import Iterator
from io import BytesIO

from careen.formats.archives.inflate import open_stream
from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants
from careen.safety.budget import Limits

MIN_BYTES = 4096  # a boot sector alone, as boot loaders bring it, has no packages
_AT_START = {
    b"hsqs": "a SquashFS file system, which careen scan reads by itself",
    b"QFI\xfb": "a qcow2 disk",
    b"KDMV": "a VMDK disk",
    b"vhdxfile": "a VHDX disk",
    b"conectix": "a VHD disk",
    b"XFSB": "an XFS file system",
}
_LATER = (
    (8, b"AI\2", "an AppImage, which careen scan reads by itself"),
    (32, b"SIF_MAGIC\0", "a SIF image, which careen scan reads by itself"),
    (1024, b"\xe2\xe1\xf5\xe0", "an EROFS file system"),
    (1080, b"\x53\xef", "an ext file system"),
    (510, b"\x55\xaa", "a disk with a partition table"),
    (32_769, b"CD001", "an ISO 9660 file system"),
)
_BOOT_ARCHIVES = (b"070701", b"070702")
_DISKS = (
    ".img", ".raw", ".iso", ".ext2", ".ext3", ".ext4", ".erofs", ".rootfs", ".wic", ".vmdk", ".appimage", ".AppImage", ".sif",
)  # fmt: skip


def read(file: File) -> Iterator[Package]:
    kind = next((kind for magic, kind in _AT_START.items() if file.data.startswith(magic)), "")
    kind = kind or next((kind for at, magic, kind in _LATER if file.data.startswith(magic, at)), "")
    if kind and file.size_bytes >= MIN_BYTES:
        raise ValueError(f"{kind}: the packages in it are not read")
    return iter(())


def read_boot_archive(file: File) -> Iterator[Package]:
    try:
        first = open_stream(BytesIO(file.data), Limits()).read(6)
    except ValueError:
        first = b""
    if first in _BOOT_ARCHIVES:
        raise ValueError("a boot archive (cpio): the packages in it are not read")
    return iter(())


CATALOGER = Cataloger(
    name="filesystem_images",
    ecosystem=Ecosystem(purl_type="generic", scheme="generic"),
    readers=(
        Reader(Wants(anywhere=True, magic=tuple(_AT_START), amount="head"), read),
        Reader(Wants(suffixes=_DISKS, amount="head"), read),
        Reader(
            Wants(
                names=("initrd", "initrd.img", "initrd.gz", "initramfs", "initramfs.img", "rootfs.gz", "core.gz"),
                suffixes=(".cpio", ".cpio.gz", ".cpio.xz", ".cpio.zst"),
                amount="head",
            ),
            read_boot_archive,
        ),
    ),
    limits="The packages of these images.",
)
