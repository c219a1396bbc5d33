import gzip
import lzma

import pytest
from tests.support.reading import read_all, read_files

from careen.catalogers.kernel import CATALOGER


def module(release="6.1.0-18-amd64", *more):
    lines = (*more, "name=acme", f"vermagic={release} SMP preempt mod_unload modversions ")
    return b"\x7fELF\2\1\1" + bytes(9000) + b"\0".join(line.encode() for line in lines) + bytes(100)


def boot_image(release):
    text = release.encode() + b" (builder@host) #1 SMP\0"
    head = bytearray(0x400) + text
    head[0x202:0x206] = b"HdrS"
    head[0x20E:0x210] = (0x200).to_bytes(2, "little")
    return bytes(head)


def found(files):
    return [(one.name, one.version, one.confidence) for one in read_all(CATALOGER, files)]


@pytest.mark.parametrize("packed", [bytes, gzip.compress, lzma.compress])
@pytest.mark.parametrize("name", ["acme.ko", "acme.ko.xz"])
def test_a_module_states_the_release_that_it_was_built_for(packed, name):
    path = f"lib/modules/6.1.0-18-amd64/kernel/net/{name}"
    assert found({path: packed(module(more := "6.1.0-18-amd64", "intree=Y"))}) == [("linux-kernel", more, 0.7)]


def test_all_modules_of_a_release_are_one_package():
    modules = {f"lib/modules/6.1.9/kernel/m{number}.ko": module("6.1.9", "intree=Y") for number in range(30)}
    [package] = read_all(CATALOGER, modules)
    assert (package.version, package.cpe, len(package.evidence)) == (
        "6.1.9",
        "cpe:2.3:o:linux:linux_kernel:6.1.9:*:*:*:*:*:*:*",
        10,
    )


def test_the_boot_image_counts_before_its_modules():
    files = {
        "boot/vmlinuz-6.1.0-18-amd64": boot_image("6.1.0-18-amd64"),
        "lib/modules/x/a.ko": module(),
        "b.ko": module("6.2.0"),
    }
    assert found(files) == [("linux-kernel", "6.1.0-18-amd64", 0.9), ("linux-kernel", "6.2.0", 0.7)]


def test_a_module_of_its_own_version():
    assert found({"lib/modules/6.1.9/extra/acme.ko": module("6.1.9", "version=535.161.07")}) == [
        ("acme", "535.161.07", 0.9),
        ("linux-kernel", "6.1.9", 0.7),
    ]


@pytest.mark.parametrize("content", [b"", b"text", b"\x7fELF" + bytes(200), module("nonsense"), b"\x7fELF vermagic="])
def test_other_files(content):
    assert not found({"opt/acme.ko": content})


def test_a_damaged_module_is_unknown():
    [unknown] = read_files(CATALOGER, {"lib/modules/6.1.9/acme.ko.xz": lzma.compress(module())[:100]}).unknowns
    assert unknown.evidence.path.endswith("acme.ko.xz")
