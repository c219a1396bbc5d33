"""Zip archives are read by their central directory, within limits."""

import io
import random
import struct
import zipfile

import msgspec
import pytest

from careen.advisories import osv
from careen.formats.archives import zip as archive
from careen.plugins import Need


def packed(members, *, method=zipfile.ZIP_DEFLATED, prefix=b"", comment=b""):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as writer:
        writer.comment = comment
        for name, data in members.items():
            writer.writestr(name, data)
    return prefix + buffer.getvalue()


def contents(data, limit=1 << 20):
    stream = io.BytesIO(data)
    return {entry.name: archive.read(stream, entry, limit) for entry in archive.entries(stream)}


MEMBERS = {"a/": b"", "a/one.json": b"{}" * 500, "zwei-\u00fc.txt": b"", "b": bytes(range(256))}


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("prefix", [b"", b"#!/bin/sh\nexec java -jar $0\n"])
@pytest.mark.parametrize("comment", [b"", b"PK\5\6 in a comment"])
def test_members_come_back(method, prefix, comment):
    assert contents(packed(MEMBERS, method=method, prefix=prefix, comment=comment)) == MEMBERS


def test_entries_have_names_and_sizes_without_reading():
    found = archive.entries(io.BytesIO(packed(MEMBERS)))
    assert [(entry.name, entry.size, entry.is_folder) for entry in found][:2] == [("a/", 0, True), ("a/one.json", 1000, False)]


def test_empty_archive():
    assert archive.entries(io.BytesIO(packed({}))) == []


def test_zip64_fields():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as writer, writer.open("big", "w", force_zip64=True) as member:
        member.write(b"data")
    plain = bytearray(buffer.getvalue())
    # The directory as a writer of very large archives leaves it: sizes in the extra field, totals in the zip64 end.
    stream = io.BytesIO(plain)
    entry = archive.entries(stream)[0]
    name = b"big"
    extra = struct.pack("<2H3Q", 1, 24, 4, 4, entry.offset)
    record = struct.pack(
        "<4s6H3L5H2L", b"PK\1\2", 45, 45, 0, 0, 0, 0, entry.crc, *[0xFFFFFFFF] * 2, 3, len(extra), 0, 0, 0, 0, 0xFFFFFFFF
    )
    start = plain.rindex(b"PK\1\2")
    directory = record + name + extra
    end64 = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, 1, 1, len(directory), start)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, start + len(directory), 1)
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    wide = bytes(plain[:start]) + directory + end64 + locator + end
    assert contents(wide) == {"big": b"data"}
    assert contents(b"launcher" + wide) == {"big": b"data"}


def test_a_member_over_the_limit_is_refused():
    with pytest.raises(ValueError, match="more than 999"):
        contents(packed(MEMBERS), limit=999)


def test_a_bomb_is_refused_without_inflating_it():
    with pytest.raises(ValueError, match="times its compressed size"):
        contents(packed({"bomb": bytes(4 << 20)}), limit=1 << 30)


def test_a_member_that_inflates_to_more_than_its_size_is_refused():
    data = bytearray(packed({"a": b"x" * 1000}))
    at = data.rindex(b"PK\1\2")
    struct.pack_into("<L", data, at + 24, 10)
    with pytest.raises(ValueError, match="damaged"):
        contents(bytes(data))


def test_too_many_members():
    with pytest.raises(ValueError, match="members"):
        archive.entries(io.BytesIO(packed(MEMBERS)), max_entries=3)


def test_overlapping_members():
    data = packed({"a": random.Random(1).randbytes(5000)}, method=zipfile.ZIP_STORED)
    start, end = data.rindex(b"PK\1\2"), data.rindex(b"PK\5\6")
    many = 50
    tail = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, many, many, (end - start) * many, start, 0)
    with pytest.raises(ValueError, match="overlap"):
        archive.entries(io.BytesIO(data[:start] + data[start:end] * many + tail))


@pytest.mark.parametrize(("offset", "value", "reason"), [(8, 1, "encrypted"), (10, 12, "method 12")])
def test_what_is_not_supported(offset, value, reason):
    data = bytearray(packed({"a": b"x"}))
    struct.pack_into("<H", data, data.rindex(b"PK\1\2") + offset, value)
    with pytest.raises(ValueError, match=reason):
        contents(bytes(data))


@pytest.mark.parametrize("data", [b"", b"PK\5\6", b"not a zip at all" * 100])
def test_not_an_archive(data):
    with pytest.raises(ValueError):
        archive.entries(io.BytesIO(data))


def test_damaged_archives_raise_value_errors_only():
    good = packed(MEMBERS)
    chance = random.Random(7)
    for _ in range(1500):
        data = bytearray(good)
        for _ in range(chance.randint(1, 6)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        if chance.random() < 0.3:
            del data[chance.randrange(len(data)) :]
        try:
            contents(bytes(data))
        except ValueError:
            pass


def test_a_directory_is_read_in_pieces(monkeypatch):
    data = packed({f"{number:03}-{'x' * (number % 50)}": b"%d" % number for number in range(500)})
    whole = archive.entries(io.BytesIO(data))
    monkeypatch.setattr(archive, "_WINDOW_BYTES", 97)
    monkeypatch.setattr(archive, "_MAX_MEMBER_BYTES", 300)
    stream = io.BytesIO(data)
    read = {entry.name: archive.read(stream, entry, 100) for entry in archive.walk(stream)}  # in between
    assert read == {entry.name: archive.read(stream, entry, 100) for entry in whole}
    assert len(read) == archive.counted(stream) == 500


def many(count):
    """An archive of one record and of empty members, of which the directory repeats the last."""
    data = packed({"1.json": b'{"id": "CVE-2099-1"}', "x": b""}, method=zipfile.ZIP_STORED)
    start, last, end = data.index(b"PK\1\2"), data.rindex(b"PK\1\2"), data.rindex(b"PK\5\6")
    directory = data[start:last] + data[last:end] * (count - 1)
    fields = (b"PK\5\6", 0, 0, count & 0xFFFF, count & 0xFFFF, len(directory), start, 0)
    return data[:start] + directory + struct.pack("<4s4H2LH", *fields)


def test_feeds_have_more_members_than_images(tmp_path):
    file = tmp_path / "all.zip"
    file.write_bytes(many(archive.MAX_ENTRIES + 1))
    assert list(osv.parse(osv.feeds(Need(frozenset({"wolfi"})), lambda name: ())[0], file)) == []


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_the_first_bytes_of_a_member(method):
    stream = io.BytesIO(packed(MEMBERS, method=method, prefix=b"#!/bin/sh\n"))
    heads = {entry.name: archive.head(stream, entry, 100) for entry in archive.entries(stream)}
    assert heads == {name: content[:100] for name, content in MEMBERS.items()}


def test_unreadable_first_bytes_are_empty():
    stream = io.BytesIO(packed({"a": b"content" * 99}, method=zipfile.ZIP_BZIP2))
    [entry] = archive.entries(stream)
    assert archive.head(stream, entry, 100) == b""
    assert archive.head(io.BytesIO(b"PK\3\4"), msgspec.structs.replace(entry, method=0), 100) == b""
