import random
import struct

import pytest
from tests.support.adb import deflated, index, installed, package, package_file
from tests.support.images import compress

from careen.formats.packages.adb import INDEX, INSTALLED, PACKAGE, AdbPackage, is_adb, read_adb

MUSL = {1: "musl", 2: "1.2.5-r10", 4: "the musl C library", 5: "x86_64", 6: "MIT", 7: "musl", 8: "Somebody <s@example>"}
BUSYBOX = {1: "busybox-binsh", 2: "1.37.0-r14", 7: "busybox"}
PATHS = (("lib", ("ld-musl-x86_64.so.1",)), ("", ("top",)))
EXPECTED = AdbPackage("musl", "1.2.5-r10", "x86_64", "MIT", "musl", "Somebody <s@example>", ("lib/ld-musl-x86_64.so.1", "top"))


@pytest.mark.parametrize("bare", [False, True])
def test_an_installed_database(bare):
    data = installed(package(MUSL, PATHS), package(BUSYBOX), bare=bare)
    assert is_adb(data)
    schema, packages = read_adb(data)
    assert schema == INSTALLED
    assert packages == (EXPECTED, AdbPackage("busybox-binsh", "1.37.0-r14", origin="busybox"))


def test_a_package_and_an_index():
    assert read_adb(package_file(MUSL, PATHS)) == (PACKAGE, (EXPECTED,))
    schema, packages = read_adb(index(MUSL, BUSYBOX))
    assert (schema, [one.name for one in packages]) == (INDEX, ["musl", "busybox-binsh"])


@pytest.mark.parametrize(
    "pack",
    [
        deflated,
        lambda data: b"ADBc\x00\x00" + data,
        lambda data: b"ADBc\x01\x09" + deflated(data)[4:],
        lambda data: b"ADBc\x02\x03" + compress(data, "zstd"),
    ],
)
def test_compressed_files(pack):
    assert read_adb(pack(package_file(MUSL, PATHS)))[1] == (EXPECTED,)


def test_texts_of_every_length():
    for length in (255, 256, 65535, 70000):
        (found,) = read_adb(package_file({1: "n" * length, 2: "1-r0"}))[1]
        assert len(found.name) == length


def test_a_block_with_a_long_header():
    data = package_file(MUSL, PATHS)
    size = struct.unpack_from("<I", data, 8)[0] - 4
    extended = data[:8] + struct.pack("<IIQ", 3 << 30, 0, size + 16) + data[12:]
    assert read_adb(extended)[1] == (EXPECTED,)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"ADB.pckg", "not a database"),
        (b"ADB.what" + package_file(MUSL)[8:], "unknown schema"),
        (b"ADBc\x07\x00" + package_file(MUSL), "unknown method 7"),
        (b"ADBd" + b"\xff" * 40, "damaged deflate"),
        (package_file(MUSL)[:60], "incomplete"),
        (package_file({1: "musl"}), "no version"),
        (package_file({2: "1"}), "no name"),
    ],
)
def test_other_data_is_an_error(data, reason):
    with pytest.raises(ValueError, match=reason):
        read_adb(data)


def test_lists_that_repeat_one_another_end(monkeypatch):
    monkeypatch.setattr("careen.formats.packages.adb.MAX_VALUES", 100_000)
    folders = (("first", tuple("abcdefgh" * 100)), *((f"f{number}", ()) for number in range(200)))
    data = bytearray(package_file(MUSL, folders))
    root = struct.unpack_from("<I", data, 12 + 4)[0] & 0x0FFFFFFF
    paths = struct.unpack_from("<I", data, 12 + root + 8)[0] & 0x0FFFFFFF
    assert len(read_adb(bytes(data))[1][0].paths) == 800
    first = data[12 + paths + 4 : 12 + paths + 8]
    data[12 + paths + 4 : 12 + paths + 4 + 4 * 200] = first * 200
    with pytest.raises(ValueError, match=r"refers to its values"):
        read_adb(bytes(data))


def test_damage_is_a_value_error():
    whole = installed(*(package(MUSL, PATHS) for _ in range(5)))
    chance = random.Random(3)
    for _ in range(500):
        data = bytearray(whole)
        for _ in range(chance.randrange(1, 5)):
            data[chance.randrange(8, len(data))] = chance.randrange(256)
        try:
            read_adb(bytes(data[: chance.randrange(len(data))]) if chance.random() < 0.3 else bytes(data))
        except ValueError:
            continue
