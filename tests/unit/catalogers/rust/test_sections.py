import pytest
from tests.support import sectioned

from careen.catalogers.rust import sections
from careen.catalogers.rust.sections import SectionScan

CONTENT = bytes(range(256)) * 3


def found(file, name=b".dep-v0", head_bytes=65536, piece=1000):
    scan = SectionScan(file[:head_bytes], name)
    for at in range(0, len(file), piece):
        scan.feed(file[at : at + piece])
    return scan.content()


@pytest.mark.parametrize("piece", [1, 7, 1000, 1 << 20])
@pytest.mark.parametrize(
    "file",
    [
        sectioned.elf(b".dep-v0", CONTENT),
        sectioned.elf(b".dep-v0", CONTENT, 32, ">"),
        sectioned.pe(b".dep-v0", CONTENT),
        sectioned.macho(b".dep-v0", CONTENT),
        sectioned.macho(b".dep-v0", CONTENT, 32, ">"),
    ],
    ids=["elf", "elf32 big-endian", "pe", "mach-o", "mach-o 32 big-endian"],
)
def test_section_in_pieces_of_any_size(file, piece):
    assert found(file, piece=piece) == CONTENT
    assert found(file, b".other", piece=piece) is None


def test_section_far_behind_the_head():
    assert found(sectioned.elf(b".dep-v0", CONTENT, loaded=bytes(300_000)), head_bytes=4096) == CONTENT


def test_bytes_outside_its_range_may_be_skipped():
    file = sectioned.elf(b".dep-v0", CONTENT, loaded=bytes(300_000))
    scan = SectionScan(file[:4096], b".dep-v0")
    start, _ = scan.range
    assert start > 300_000
    scan.feed(file[:100])
    scan.skip(start - 100)
    scan.feed(file[start:])
    assert scan.content() == CONTENT


@pytest.mark.parametrize("make", [sectioned.elf, sectioned.pe, sectioned.macho])
def test_file_that_ends_early(make):
    file = make(b".dep-v0", CONTENT)
    scan = SectionScan(file, b".dep-v0")
    scan.feed(file[: len(file) // 2])
    assert scan.content() is None


def test_of_a_long_rest_the_end_is_kept(monkeypatch):
    monkeypatch.setattr(sections, "MAX_REST_BYTES", 5000)
    file = sectioned.elf(b".dep-v0", CONTENT)
    assert found(file, piece=500) == CONTENT
    long = sectioned.elf(b".dep-v0", b"x" * 20_000)
    assert found(long, head_bytes=1000, piece=500) is None


@pytest.mark.parametrize("head", [b"\x7fELF", b"\x7fELF\x02\x01\x01" + bytes(9), b"MZ", b"\xcf\xfa\xed\xfe\0"])
def test_headers_that_cannot_be(head):
    with pytest.raises(ValueError):
        SectionScan(head, b".dep-v0")
