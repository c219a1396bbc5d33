import random
import struct
from itertools import pairwise

from tests.support import executables, sectioned

from careen.origin.objects import objects_of


def archive(*members: tuple[bytes, bytes]) -> bytes:
    data = b"!<arch>\n"
    for name, content in members:
        data += name.ljust(16) + b"0           0     0     100644  " + str(len(content)).encode().ljust(10) + b"`\n" + content
        data += b"\n" * (len(data) % 2)
    return data


def fat(*slices: bytes) -> bytes:
    head = b"\xca\xfe\xba\xbe" + struct.pack(">I", len(slices))
    at = 4096
    body = b""
    for content in slices:
        head += struct.pack(">5I", 0x01000007, 3, at + len(body), len(content), 12)
        body += content
    return head.ljust(at, b"\0") + body


def contents(data: bytes, kind: str = "constants") -> list[bytes]:
    return [data[begin:end] for part in objects_of(data) for begin, end in getattr(part, kind)]


def names(data: bytes) -> set[bytes]:
    """What ``origin.binary`` reads, the slow way."""
    found = set()
    for part in objects_of(data):
        for table in part.names:
            texts = data[slice(*table.texts)]
            for at in range(table.rows_at, table.rows_at + table.count * table.row_bytes, table.row_bytes):
                place = struct.unpack_from(table.order + "I", data, at)[0] - table.less
                name = texts[place:].split(b"\0", 1)[0]
                state = data[at + table.defined_at] & table.defined_mask
                if state or not table.defined_mask:
                    found.add(name.removeprefix(b"_") if table.decorated else name)
    return found


def test_sections_of_an_elf_file():
    for bits, order in ((64, "<"), (32, "<"), (64, ">"), (32, ">")):
        data = sectioned.elf(b".rodata", b"constants", bits=bits, order=order)
        assert contents(data) == contents(data, "texts") == [b"constants"]
        assert next(objects_of(data)).order == order
    for name in (b".data.rel.ro", b".comment"):
        data = sectioned.elf(name, b"of the linker")
        assert (contents(data), contents(data, "texts")) == ([], [b"of the linker"])
    for name in (b".dynstr", b".eh_frame", b".debug_str"):
        assert contents(sectioned.elf(name, b"of tools"), "texts") == []


def test_without_sections_all_of_the_file():
    for data in (executables.elf(b"constants"), b"MZ" + bytes(100), b"\x7fELF", b"\xcf\xfa\xed\xfe", b"other", b""):
        assert contents(data) == ([data] if data else [b""])


def test_members_of_an_archive():
    one, other = sectioned.elf(b".rodata", b"one"), sectioned.elf(b".data", b"other")
    data = archive((b"/", bytes(9)), (b"//", b"a_long_name.o/\n"), (b"one.o/", one), (b"/0", other), (b"text", b"plain"))
    assert contents(data) == [b"one", b"other", b"plain"]
    bsd = archive((b"#1/20", b"__.SYMDEF".ljust(20, b"\0") + bytes(8)), (b"#1/8", b"one.o\0\0\0" + one))
    assert contents(bsd) == [b"one"]
    assert contents(data[:-4]) == [b"one", b"other", b"pl"]
    assert contents(b"!<arch>\n" + b"x" * 80) == []


def test_pe_and_its_exported_names():
    assert contents(executables.pe(b"read only", b"writable")) == [b"read only", b"writable"]
    texts = b"first_name\0second_name\0"
    table = struct.pack("<2I", 0x2000, 0x2000 + 11)
    directory = struct.pack("<10I", 0, 0, 0, 0, 1, 2, 2, 0, 0x2000 + len(texts), 0)
    content = texts + table + directory
    head = b"MZ".ljust(0x3C, b"\0") + struct.pack("<I", 0x40) + b"PE\0\0"
    head += struct.pack("<HHIIIHH", 0x8664, 1, 0, 0, 0, 120, 0x22)
    head += struct.pack("<H", 0x20B).ljust(112, b"\0") + struct.pack("<2I", 0x2000 + len(texts + table), 40)
    head += struct.pack("<8s4I12xI", b".rdata", len(content), 0x2000, len(content), 0x400, 0x4000_0000)
    assert names(head.ljust(0x400, b"\0") + content) == {b"first_name", b"second_name"}


def test_macho_and_its_symbols():
    for bits, order in ((64, "<"), (32, ">")):
        data = sectioned.macho(b"__const", b"constants", bits=bits, order=order)
        assert contents(data) == [b"constants"]
        assert contents(sectioned.macho(b"__text", b"code", bits=bits, order=order)) == []
    texts = b"\0_defined\0_used\0"
    rows = b"".join(struct.pack("<I2BHQ", *row) for row in ((1, 0x0F, 1, 0, 0), (10, 0x01, 0, 0, 0)))
    head = struct.pack("<8I", 0xFEEDFACF, 0, 0, 2, 1, 24, 0, 0) + struct.pack("<6I", 2, 24, 56, 2, 56 + len(rows), len(texts))
    assert names(head + rows + texts) == {b"defined"}
    assert names(fat(head + rows + texts)) == {b"defined"}  # offsets of a part count from its start
    one = sectioned.macho(b"__const", b"constants")
    assert contents(fat(one, one)) == [b"constants", b"constants"]


def test_ranges_lie_in_the_file_and_do_not_overlap():
    made = random.Random(3)
    whole = [
        sectioned.elf(b".rodata", b"constants"),
        archive((b"a.o/", sectioned.elf(b".rodata", b"one")), (b"b.o/", executables.pe(b"a", b"b"))),
        fat(sectioned.macho(b"__const", b"constants")),
        executables.pe(b"read only", b"writable"),
        sectioned.macho(b"__const", b"constants"),
    ]
    for data in whole:
        for _ in range(300):
            mutated = bytearray(data)
            for _ in range(made.randrange(1, 6)):
                mutated[made.randrange(min(len(mutated), 400))] = made.randrange(256)
            for part in objects_of(bytes(mutated[: made.randrange(1, len(mutated) + 1)])):
                for ranges in (part.texts, part.constants):
                    assert all(one[1] <= other[0] for one, other in pairwise(ranges))
                    assert all(0 <= begin <= end <= len(mutated) for begin, end in ranges)


def test_machine_code():
    for data, machine in (
        (sectioned.elf(b".text", b"code", flags=6), "x86-64"),
        (sectioned.elf(b".text", b"code", flags=6, machine=183), "arm64"),
        (sectioned.elf(b".text", b"code", flags=6, machine=183, order=">"), ""),
        (sectioned.elf(b".text", b"code", flags=6, bits=32), ""),
        (sectioned.macho(b"__text", b"code", machine=0x0100_000C), "arm64"),
    ):
        (part,) = objects_of(data)
        assert (part.machine, contents(data, "code"), contents(data, "texts")) == (machine, [b"code"], [])
    (part,) = objects_of(sectioned.pe(b".rdata", b"texts"))
    assert (part.machine, part.code) == ("x86-64", ())
