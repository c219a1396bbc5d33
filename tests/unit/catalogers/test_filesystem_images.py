"""Images of file systems by their first bytes."""

import gzip

import pytest

from careen.catalogers.filesystem_images import CATALOGER


class File:
    path, mode = "opt/a.img", 0o644

    def __init__(self, data, size_bytes=1 << 20):
        self.data, self.size_bytes = data[: 64 * 1024], size_bytes


def at(place, magic):
    return b"\0" * place + magic + b"\0" * 64


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"hsqs" + b"\0" * 92, "SquashFS"),
        (b"QFI\xfb\0\0\0\3", "qcow2"),
        (b"vhdxfile", "VHDX"),
        (at(8, b"AI\2"), "AppImage"),
        (at(32, b"SIF_MAGIC\0"), "SIF"),
        (at(1080, b"\x53\xef"), "ext"),
        (at(1024, b"\xe2\xe1\xf5\xe0"), "EROFS"),
        (at(510, b"\x55\xaa"), "partition"),
        (at(32_769, b"CD001"), "ISO"),
    ],
)
def test_images_of_file_systems(data, kind):
    with pytest.raises(ValueError, match=rf"{kind}.*not read"):
        CATALOGER.readers[1].read(File(data))


@pytest.mark.parametrize("packed", [bytes, gzip.compress])
def test_boot_archives(packed):
    reader = CATALOGER.readers[2]
    with pytest.raises(ValueError, match=r"cpio.*not read"):
        reader.read(File(packed(b"070701" + b"0" * 104)))


@pytest.mark.parametrize("data", [b"", b"\x89PNG\r\n", b"\x1f\x8b\x08cut", b"\0" * 70_000])
def test_other_files(data):
    for reader in CATALOGER.readers:
        assert list(reader.read(File(data))) == []


def test_a_boot_sector_alone():
    assert list(CATALOGER.readers[1].read(File(at(510, b"\x55\xaa"), 512))) == []
