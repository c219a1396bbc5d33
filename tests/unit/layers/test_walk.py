import errno
import io
import random
import tarfile

import pytest

from careen.errors import InputError
from careen.formats.archives.inflate import SeekStream, Stream, open_stream
from careen.layers.dispatch import Dispatch
from careen.layers.feed import GAP_BYTES
from careen.layers.walk import tar_entries, walk
from careen.plugins import Cataloger, Ecosystem, Reader, Wants
from careen.safety.budget import Budget, Limits
from tests.support.images import make_layer
from tests.support.oddtars import member, octal, padded, pax, record


def cataloger(read, name="x", **wants):
    return Cataloger(name, Ecosystem("x", "x"), (Reader(Wants(**wants), read),), fact=str)


def walked(data, *catalogers, limits=None):
    stream = open_stream(io.BytesIO(data), Limits())
    dispatch = Dispatch(catalogers)
    return walk(tar_entries(stream), dispatch.readers, Budget(limits or Limits()).layer(), dispatch.by_magic)


def test_every_entry_but_folders_is_in_the_table():
    result = walked(make_layer({"b": b"12", "a/c": b"3"}))
    assert result.table.names() == ["a/c", "b"]
    assert list(result.table.numbers(result.table.sizes, "Q")) == [1, 2]
    assert result.table.kinds == "ff"


def test_the_amounts_that_readers_ask_for():
    seen = {}

    class Scanner:
        def __init__(self):
            self.total = 0

        def feed(self, chunk):
            self.total += len(chunk)

        def facts(self):
            yield f"stream {self.total}"

    def head(file):
        seen["head"] = len(file.data)
        yield "head"

    def whole(file):
        with file.open() as stream:
            seen["whole"] = len(stream.read())
        yield "whole"

    content = b"x" * 100_000
    result = walked(
        make_layer({"f.bin": content}),
        cataloger(head, "head", names=("f.bin",), amount="head"),
        cataloger(whole, "whole", names=("f.bin",)),
        cataloger(lambda file: Scanner(), "stream", names=("f.bin",), amount="stream"),
    )
    assert seen == {"head": 65536, "whole": 100_000}
    assert result.facts == {
        "head": (("f.bin", "head"),),
        "stream": (("f.bin", "stream 100000"),),
        "whole": (("f.bin", "whole"),),
    }


def test_a_large_file_comes_by_a_temporary_file():
    def read(file):
        with pytest.raises(ValueError, match="larger"):
            _ = file.data
        with file.open() as stream:
            stream.seek(9 << 20)
            yield stream.read().decode()

    result = walked(make_layer({"f": bytes(9 << 20) + b"end"}), cataloger(read, names=("f",)))
    assert result.facts == {"x": (("f", "end"),)}


def test_magic_decides_by_the_first_bytes():
    reader = cataloger(lambda file: ["elf"], executables=True, magic=(b"\x7fELF",))
    result = walked(make_layer({"a.so": b"\x7fELF...", "b.so": b"text"}), reader)
    assert result.facts == {"x": (("a.so", "elf"),)}


def test_the_first_bytes_decide_in_any_folder():
    by_magic = cataloger(lambda file: ["elf"], anywhere=True, magic=(b"\x7fELF",))
    by_name = cataloger(lambda file: ["json"], "other", names=("a.json",))
    files = {"a.json": b"\x7fELF", "b": b"\x7fELF...", "c": b"\x7fEXT", "d": b"", "\x7fELF": b"\x7f"}
    result = walked(make_layer(files), by_magic, by_name)
    assert result.facts == {"other": (("a.json", "json"),), "x": (("a.json", "elf"), ("b", "elf"))}


def test_the_first_bytes_are_found_at_the_edge_of_a_chunk():
    reader = cataloger(lambda file: ["elf"], anywhere=True, magic=(b"\x7fELF",))
    layer, dispatch = make_layer({"a": b"\x7fELF", "b": b"\x7fELF"}), Dispatch([reader])
    for size in (1, 512, 513, 1024):
        stream = Stream(layer[at : at + size] for at in range(0, len(layer), size))
        found = walk(tar_entries(stream), dispatch.readers, Budget(Limits()).layer(), dispatch.by_magic)
        assert found.facts == {"x": (("a", "elf"), ("b", "elf"))}


VERSIONS_OF_SPARSE_FILES = [
    (b"1", b"0", (), padded(b"2\n8\n2\n90000\n3\n")),
    (b"0", b"1", (record(b"GNU.sparse.map", b"8,2,90000,3"),), b""),
    (b"0", b"0", (record(b"GNU.sparse.map", b"8,2,90000,3"),), b""),
]


@pytest.mark.parametrize(("major", "minor", "more", "in_data"), VERSIONS_OF_SPARSE_FILES, ids=["1.0", "0.1", "0.0"])
def test_a_sparse_file_shows_its_readers_what_any_file_does(major, minor, more, in_data):
    seen = {}

    class Scanner:
        ranges = None

        def __init__(self):
            self.data = b""

        def feed(self, chunk):
            self.data += chunk

        def facts(self):
            seen["stream"] = self.data
            return ()

    def head(file):
        seen["head"] = file.data
        return ()

    def stream(file):
        seen["head of stream"] = file.data
        return Scanner()

    content = bytes(8) + b"ab" + bytes(89_990) + b"end"
    stated = (record(b"GNU.sparse.major", major), record(b"GNU.sparse.minor", minor), record(b"GNU.sparse.numblocks", b"2"))
    size = record(b"GNU.sparse.realsize", b"%d" % len(content))
    data = (
        pax(*stated, size, *more) + member(b"f.so", in_data + b"abend", mode=octal(0o755, 8)) + member(b"g", b"") + bytes(1024)
    )
    wants = {"executables": True, "magic": (bytes(8) + b"ab",)}
    result = walked(
        data,
        cataloger(head, "head", amount="head", **wants),
        cataloger(stream, "stream", amount="stream", **wants),
        cataloger(lambda file: ["never"], "other", executables=True, magic=(b"MZ",), amount="head"),
    )
    assert seen == {"head": content[:65536], "head of stream": content[:65536], "stream": content}
    assert (result.table.names(), result.facts, result.unknowns) == (["f.so", "g"], {}, ())


def test_trouble_with_one_file_is_an_unknown_and_the_rest_is_read():
    def read(file):
        if file.data == b"bad":
            yield "before"
            raise ValueError("not what its name promises")
        if file.data == b"bug":
            raise RuntimeError("a defect")
        yield file.path

    result = walked(make_layer({"1.x": b"bad", "2.x": b"bug", "3.x": b"good"}), cataloger(read, suffixes=(".x",)))
    assert result.facts == {"x": (("1.x", "before"), ("3.x", "3.x"))}
    assert [(unknown.evidence.path, unknown.reason) for unknown in result.unknowns] == [
        ("1.x", "not what its name promises"),
        ("2.x", "the reader failed: RuntimeError: a defect"),
    ]


def test_a_scanner_that_fails_midway_does_not_spoil_the_others():
    class Failing:
        def feed(self, chunk):
            raise ValueError("enough")

        def facts(self):
            raise AssertionError("not asked after it failed")

    result = walked(
        make_layer({"f": b"abc", "g": b"def"}),
        cataloger(lambda file: Failing(), "bad", names=("f",), amount="stream"),
        cataloger(lambda file: [file.data.decode()], "good", names=("f", "g")),
    )
    assert result.facts == {"good": (("f", "abc"), ("g", "def"))}
    assert [unknown.reason for unknown in result.unknowns] == ["enough"]


def test_of_duplicates_the_last_wins():
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for body in (b"old", b"newer"):
            info = tarfile.TarInfo("f")
            info.size = len(body)
            archive.addfile(info, io.BytesIO(body))
    result = walked(stream.getvalue(), cataloger(lambda file: [file.data.decode()], names=("f",)))
    assert result.facts == {"x": (("f", "newer"),)}
    assert list(result.table.numbers(result.table.sizes, "Q")) == [5]


def test_whiteouts_opaque_folders_and_what_only_looks_like_them():
    files = ["a/.wh.gone", "b/.wh..wh..opq", ".wh.top", ".wh..wh.plnk", "c/.wh.", "c/.wh..."]
    result = walked(make_layer(dict.fromkeys(files, b"")))
    assert (result.gone, result.opaque) == (("a/gone", "top"), ("b",))
    assert [unknown.evidence.path for unknown in result.unknowns] == ["c/.wh.", "c/.wh..."]
    assert not result.table.names()


def test_a_name_that_leads_out_begins_at_the_root_and_is_ambiguous():
    """As containerd has it; Docker refuses the layer."""
    result = walked(make_layer({"../../etc/passwd": b"x", "ok": b"y"}), cataloger(lambda file: ["read"], names=("passwd",)))
    assert result.table.names() == ["etc/passwd", "ok"]
    assert result.facts == {"x": (("etc/passwd", "read"),)}
    [unknown] = result.unknowns
    assert (unknown.code, unknown.evidence.path) == ("ambiguous_archive", "../../etc/passwd")


def test_a_layer_that_breaks_off_keeps_what_was_read():
    data = make_layer({"a": b"1", "b": b"2" * 5000})
    result = walked(data[:2500], cataloger(lambda file: [file.path], names=("a", "b")))
    assert result.facts == {"x": (("a", "a"),)}
    assert result.unknowns[-1].whole_layer


def test_the_number_of_entries_is_bounded():
    [unknown] = walked(make_layer({str(number): b"" for number in range(5)}), limits=Limits(members=3)).unknowns
    assert (unknown.code, unknown.whole_layer, unknown.transient) == ("over_budget", True, True)
    assert "more than 3 entries" in unknown.reason


def test_a_folder_in_the_place_of_a_file_of_the_same_layer():
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("f"), io.BytesIO())
        folder = tarfile.TarInfo("f")
        folder.type = tarfile.DIRTYPE
        archive.addfile(folder)
    result = walked(stream.getvalue(), cataloger(lambda file: ["read"], names=("f",)))
    assert (result.facts, result.table.names(), result.table.folders) == ({}, [], "f")


@pytest.mark.parametrize("name", ["a" * 5000, "/".join("d" * 1100)])
def test_names_that_no_system_takes_are_left_out_and_reported(name):
    result = walked(make_layer({name: b"", "ok": b""}))
    assert result.table.names() == ["ok"]
    assert "left out" in result.unknowns[0].reason
    assert len(result.unknowns[0].evidence.path) < 250


def test_all_names_together_are_bounded():
    limits = Limits(memory_bytes=1500)
    assert not walked(make_layer({"a" * 900: b""}), limits=limits).unknowns
    [unknown] = walked(make_layer({"a" * 900: b"", "b" * 900: b""}), limits=limits).unknowns
    assert (unknown.code, unknown.whole_layer) == ("over_budget", True)


def test_a_full_disk_stops_the_scan_with_the_next_step(monkeypatch):
    class Full(io.BytesIO):
        def write(self, data):
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("careen.layers.feed.MEMORY_BYTES", 10)
    monkeypatch.setattr("tempfile.TemporaryFile", Full)
    with pytest.raises(InputError, match="No space left") as caught:
        walked(make_layer({"f": b"x" * 20}), cataloger(lambda file: [file.data.decode()], names=("f",)))
    assert "TMPDIR" in caught.value.hint


class Selective:
    """A scanner of two ranges that notes every byte that it is given, at its place."""

    def __init__(self, ranges):
        self.ranges, self.at, self.seen = ranges, 0, {}

    def feed(self, chunk):
        self.seen.update(enumerate(chunk, self.at))
        self.at += len(chunk)

    def skip(self, size):
        self.at += size

    def facts(self):
        yield "done"


CONTENT = random.Random(7).randbytes(400_000)


@pytest.mark.parametrize("stream", [lambda data: open_stream(io.BytesIO(data), Limits()), lambda d: SeekStream(io.BytesIO(d))])
@pytest.mark.parametrize(
    "asked",
    [
        [((0, 10),)],
        [((300_000, 300_010), (100_000, 100_100))],
        [((0, 0), (5, 5))],
        [((399_999, 1 << 63),), ((70_000, 80_000),)],
        [((500_000, 600_000),)],
        [((200_000, 100_000),)],
        [((0, 200_000), (10, 20))],
        [((0, 200_000),), ((10, 20),)],
        [None, ((0, 10),)],
    ],
)
def test_bytes_outside_all_ranges_are_not_read(stream, asked):
    scanners = [Selective(ranges) for ranges in asked]
    given = iter(scanners)
    catalogers = [
        cataloger(lambda file: next(given), str(n), names=("f.bin",), amount="stream") for n, _ in enumerate(scanners)
    ]
    data = make_layer({"f.bin": CONTENT, "next": b"1"})
    result = walk(tar_entries(stream(data)), Dispatch(catalogers).readers, Budget(Limits()).layer())
    assert result.table.names() == ["f.bin", "next"]
    assert not result.unknowns
    assert len(result.facts) == len(scanners)
    wanted = {
        at for ranges in asked for start, stop in ranges or ((0, 1 << 63),) for at in range(start, min(stop, len(CONTENT)))
    }
    for scanner in scanners:
        assert wanted <= scanner.seen.keys()
        assert all(CONTENT[at] == byte for at, byte in scanner.seen.items())
        assert scanner.at <= len(CONTENT)
        if None not in asked:
            assert len(scanner.seen) <= len(wanted) + 2 * GAP_BYTES


def test_a_file_that_ends_within_what_is_skipped_is_reported():
    data = make_layer({"f.bin": CONTENT})[: 512 + 200_000]
    one = cataloger(lambda file: Selective(((300_000, 300_010),)), names=("f.bin",), amount="stream")
    (unknown,) = walked(data, one).unknowns
    assert "breaks off" in unknown.reason
    assert unknown.whole_layer
