import random

import pytest
from tests.support.executables import WRITABLE_AT, elf, inline, macho, pe, pointers, wrapped

from careen.formats.binaries.go_build_info import MARKER, BuildInfo, BuildInfoScan
from careen.formats.binaries.segments import mappings, writable_ranges

MODULES = "path\texample.com/x\nmod\texample.com/x\tv1.0.0\t\ndep\texample.com/y\tv2.0.0\th1:=\n"

UNRELEASED = MODULES.replace("v1.0.0", "(devel)")


def scan(file, size=4096, **options):
    found = BuildInfoScan(mappings(file[:65536]), **options)
    for at in range(0, len(file), size):
        found.feed(file[at : at + size])
    return found.result()


@pytest.mark.parametrize("size", [1, 13, 4096, 1 << 20])
@pytest.mark.parametrize(
    "file",
    [elf(b"x", inline("go1.22.1", MODULES)), elf(*pointers("go1.22.1", MODULES)), pe(*pointers("go1.22.1", MODULES))],
    ids=["inline", "elf", "pe"],
)
def test_chunks_of_any_size(file, size):
    assert scan(file, size) == BuildInfo("go1.22.1", MODULES)


@pytest.mark.parametrize(("width", "order"), [(4, "<"), (4, ">"), (8, "<"), (8, ">")])
def test_addresses_of_every_width_and_order(width, order):
    file = elf(*pointers("go1.17.13", MODULES, width, order), width * 8, order)
    assert scan(file) == BuildInfo("go1.17.13", MODULES)


def test_macho_with_addresses():
    assert scan(macho(*pointers("go1.13.5", MODULES))) == BuildInfo("go1.13.5", MODULES)


def test_unreleased_toolchains():
    assert scan(elf(b"", inline("devel go1.23-abc Mon Jan 1", MODULES))).version == "devel go1.23-abc Mon Jan 1"
    assert scan(elf(*pointers("devel +abc Mon Jan 1", MODULES))) == BuildInfo("", MODULES)


def test_the_version_is_the_one_that_was_meant():
    """Other texts that look like versions lie before and after it."""
    read_only, writable = pointers("go1.16.3", MODULES)
    assert b"go1.999" in read_only
    assert scan(elf(read_only, writable)).version == "go1.16.3"


def test_without_modules():
    assert scan(elf(b"", inline("go1.20"))) == BuildInfo("go1.20", "")
    assert scan(elf(*pointers("go1.12", ""))) == BuildInfo("go1.12", "")


def test_headers_that_the_dynamic_linker_fills_in():
    read_only, writable = pointers("go1.15", MODULES)
    assert scan(elf(read_only, writable[:64] + bytes(32))) == BuildInfo("", MODULES)


def test_executables_inside_of_an_executable_are_data():
    other = inline("go1.1", "path\tother\n")
    assert scan(elf(other, inline("go1.22.1", MODULES))) == BuildInfo("go1.22.1", MODULES)
    assert scan(elf(other, b"no Go")) == BuildInfo("go1.1", "path\tother\n")


def test_a_program_that_looks_for_markers_is_not_deceived():
    assert scan(elf(b"12345" + MARKER + b" is sought", inline("go1.22.1", MODULES))).version == "go1.22.1"
    assert scan(elf(b"12345" + MARKER + b" is sought")) is None
    assert scan(elf(MARKER + b" is sought here in line, but that is all")) is None


def test_other_programs():
    assert scan(elf(random.Random(1).randbytes(4000), b"go1.2.3")) is None


def test_addresses_that_lead_nowhere():
    with pytest.raises(ValueError, match="cannot be found"):
        scan(elf(b"", pointers("go1.15", "")[1]))


@pytest.mark.parametrize("step", [1 << 20, 97])
def test_only_sections_of_variables_are_searched(step):
    for file, expected in (
        (elf(b"", inline("go1.22", MODULES)), BuildInfo("go1.22", MODULES)),
        (elf(inline("go1.22", MODULES), b""), None),  # data about another program
    ):
        parts = mappings(file[:65536])
        found = BuildInfoScan(parts, writable_ranges(parts))
        for at in range(0, len(file), step):
            found.feed(file[at : at + step])
        assert found.result() == expected


def test_what_lies_elsewhere_may_be_passed_over():
    file = elf(b"x" * 1000, inline("go1.22", MODULES))
    parts = mappings(file[:65536])
    found = BuildInfoScan(parts, writable_ranges(parts))
    ((start, stop),) = found.ranges
    found.feed(file[:10])
    found.skip(start - 10)
    found.feed(file[start:stop])
    assert found.result() == BuildInfo("go1.22", MODULES)


@pytest.mark.parametrize("text", [b"\xff" * 9, b"\x05go1", b"\xff\xff\x7f" + bytes(64), b"\x04oops\x00"])
def test_inline_texts_that_cannot_be(text):
    assert scan(elf(b"", MARKER + bytes([8, 2]) + bytes(16) + text)) is None


def test_memory_and_time_are_bounded_whatever_comes():
    """A file of nothing but marks of every kind."""
    file = elf(b"", (MARKER + bytes([8, 2]) + bytes(16) + b"go1.devel ".ljust(32, b"0")) * 20_000)
    found = BuildInfoScan(mappings(file[:65536]))
    for at in range(0, len(file), 65536):
        found.feed(file[at : at + 65536])
    assert len(file) > WRITABLE_AT + 1_000_000
    assert len(found._parts) < 100
    assert found.result() is None


def test_the_modules_count_without_the_marker():
    """Some makers remove the section that has it."""
    assert scan(elf(wrapped(MODULES), b"x" * 64)) == BuildInfo("", MODULES)
    assert scan(elf(wrapped(MODULES) + wrapped(MODULES), b"x" * 64)) is None
    assert scan(elf(wrapped("some other text\n"), b"x" * 64)) is None


@pytest.mark.parametrize("size", [1, 13, 4096])
@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (b"\0v2.11.1\0\0" + bytes(300), ("v2.11.1",)),
        (b"\x000.54.2\0" + bytes(20) + b"\x001.2.3\0", ("0.54.2", "1.2.3")),
        (b"\0v2.11.1\0" + bytes(2000), ("v2.11.1",)),
        (b"\x00\x18\xcb\xbd7\x84\x1c3.6.2\0" + bytes(300), ("3.6.2",)),
        (b"\xe0u@1.5.1-1\0\0" + bytes(300), ("1.5.1-1",)),
        (b"\0go1.2.3\0" + bytes(300), ()),
        (b"x2.11.1\0\x002.11\0", ()),
    ],
)
def test_versions_before_that_of_the_toolchain(texts, expected, size):
    file = elf(bytes(64) + texts + b"go1.22.1\0" + bytes(200), inline("go1.22.1", UNRELEASED))
    assert scan(file, size).near == expected


@pytest.mark.parametrize("size", [1, 13, 4096])
def test_values_of_the_linker_are_aligned(size):
    file = elf(bytes(64) + b"'\xd7Xb2.5.1\0\0\0" + b"go1.22.1\0" + bytes(2100), inline("go1.22.1", UNRELEASED))
    assert scan(file, size).near == ("2.5.1",)
    file = elf(bytes(64) + b"'\xd7 Xb2.5.1\0\0" + b"go1.22.1\0" + bytes(2100), inline("go1.22.1", UNRELEASED))
    assert scan(file, size).near == ()


@pytest.mark.parametrize("size", [1, 13, 4096])
def test_longer_values_lie_behind_that_of_the_toolchain(size):
    texts = b"go1.22.1\0" + bytes(1600) + b"'0.12.1+ds-3+b5'\0\0\0"
    assert scan(elf(texts + bytes(2100), inline("go1.22.1", UNRELEASED)), size).near == ("0.12.1+ds-3+b5",)
    assert scan(elf(bytes(64) + texts[:9] + bytes(2100) + texts[9:], inline("go1.22.1", UNRELEASED)), size).near == ()


def test_a_recorded_release_is_enough():
    file = elf(bytes(64) + b"0.54.2\0" + b"go1.22.1\0" + bytes(200), inline("go1.22.1", MODULES))
    assert scan(file) == BuildInfo("go1.22.1", MODULES)


@pytest.mark.parametrize("size", [1, 13, 4096])
@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (b"\0x.org/a/b.go\0/build/a-1.2/main.go\0", ("/build/a-1.2/main.go",)),
        (b"\0x.org/a/main.go\0y.org/a/main.go\0", ("x.org/a/main.go", "y.org/a/main.go")),
        (b"\0x.org/a/main.gox\0/domain.go\0", ()),
        (b"\0\xff/main.go\0" + b"a" * 300 + b"/main.go\0", ()),
    ],
)
def test_sources_of_the_main_package(texts, expected, size):
    assert scan(elf(texts, inline("go1.22.1", UNRELEASED)), size).main_files == expected
