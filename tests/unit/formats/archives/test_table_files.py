import io
import json
import random

import pytest
from tests.support.images import File, Folder, Hardlink, Symlink
from tests.support.table_layers import chunked, stargz
from tests.support.work import grows_with_its_input

from careen.errors import InputError
from careen.formats.archives import tar
from careen.formats.archives.inflate import open_stream
from careen.formats.archives.table_files import CHUNK_BYTES, files_of
from careen.safety.budget import Limits

LARGE = random.Random(3).randbytes(30_000) + bytes(20_000) + b"end"
FILES = {
    "etc": Folder(0o755),
    "etc/os-release": b"ID=debian\n",
    "srv/empty": b"",
    "srv/app": File(LARGE, 0o755, 7, 8),
    "srv/link": Symlink("/srv/app"),
    "srv/same": Hardlink("srv/app"),
    "srv/small/a": b"a" * 700,
    "srv/small/b": b"b" * 300,
    "srv/small/c": b"c" * 100,
    "srv/.wh.gone": b"",
}
LAYERS = {
    "stargz": stargz(FILES, chunk_bytes=8192),
    "stargz, small files together": stargz(FILES, chunk_bytes=8192, together=("srv/small/a", "srv/small/b", "srv/small/c")),
    "chunked": chunked(FILES, chunk_bytes=8192),
}
DIGEST = "sha256:" + "a" * 64


def document(*entries, version=1):
    return json.dumps({"version": version, "entries": entries}).encode()


def entry(name, size=0, **fields):
    place = {"offset": 10, "digest": DIGEST, "size": size} if size else {}
    return {"name": name, "type": "reg", **place, **fields}


def chunk(name, at, **fields):
    return {"name": name, "type": "chunk", "chunkOffset": at, "chunkDigest": DIGEST, **fields}


@pytest.mark.parametrize("name", LAYERS)
def test_the_members_are_those_of_the_stream(name):
    layer = LAYERS[name]
    stream = open_stream(io.BytesIO(layer.stored), Limits())
    expected = [member._replace(raw_name="") for member in tar.members(stream)]
    table = json.dumps({"version": 1, "entries": layer.table}).encode()
    found = [member._replace(raw_name="") for member, _ in files_of(table, len(layer.stored))]
    assert found == [member for member in expected if member.path != "stargz.index.json"]


@pytest.mark.parametrize("name", LAYERS)
def test_the_chunks_inflate_to_the_content(name):
    layer = LAYERS[name]
    table = json.dumps({"version": 1, "entries": layer.table}).encode()
    for member, chunks in files_of(table, len(layer.stored)):
        content = b""
        for one in chunks:
            stream = open_stream(io.BytesIO(layer.stored[one.start : one.stop]), Limits())
            stream.skip(one.inner)
            content += stream.read(one.size)
        wanted = FILES[member.path]
        assert content == (wanted.data if isinstance(wanted, File) else wanted if isinstance(wanted, bytes) else b"")


def test_capabilities():
    found = files_of(document(entry("a", xattrs={"security.capability": "AAA="}), entry("b", xattrs={"user.x": ""})), 99)
    assert [member.capabilities for member, _ in found] == [True, False]


def test_a_folder_may_be_there_twice():
    assert len(list(files_of(document(*[{"name": "etc/", "type": "dir"}] * 2), 9))) == 2


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ([entry("a", 5, offset=100)], "outside"),
        ([entry("a", 5, offset=-1)], "outside"),
        ([entry("a", 5, endOffset=101)], "overlap"),
        ([entry("a", 5, endOffset=10)], "outside"),
        ([entry("a", 5), entry("b", 5)], "overlap"),
        ([entry("a", 5, innerOffset=3), entry("b", 5, innerOffset=7)], "overlap"),
        ([entry("a", 5, innerOffset=-1)], "outside"),
        ([entry("a", 5, offset=50), entry("b", 5, offset=20)], "overlap"),
        ([entry("a", 5, endOffset=30), entry("b", 5, offset=20)], "overlap those of the next"),
        ([entry("a", -5)], "a size or owner that is out of range"),
        ([entry("a", 1 << 60)], "a size or owner that is out of range"),
        ([entry("a", uid=-1)], "a size or owner that is out of range"),
        ([entry("a", CHUNK_BYTES + 1)], "more than 64 MiB"),
        ([entry("a", 5, innerOffset=CHUNK_BYTES)], "more than 64 MiB"),
        ([entry("a", 5, chunkSize=6)], "do not make up"),
        ([entry("a", 5, chunkSize=4)], "do not make up"),
        ([entry("a", 5, chunkSize=-4)], "do not make up"),
        ([entry("a", 5, chunkOffset=1)], "do not make up"),
        ([entry("a", 5, chunkSize=2, chunkDigest=DIGEST), chunk("a", 3, offset=20)], "do not make up"),
        ([entry("a", 5, chunkSize=2, chunkDigest=DIGEST), chunk("b", 2, offset=20)], "do not make up"),
        ([entry("a", 5, chunkSize=2, chunkDigest=DIGEST), chunk("a", 2, offset=20, chunkSize=4)], "do not make up"),
        ([entry("a", 5, chunkDigest=DIGEST), chunk("a", 5, offset=20)], "do not make up"),
        ([entry("a"), chunk("a", 0, offset=20)], "do not make up"),
        ([chunk("a", 0, offset=20)], "unknown type 'chunk'"),
        ([entry("a", 5, digest="")], "no digest"),
        ([entry("a", 5, digest="md5:" + "a" * 32)], "no digest"),
        ([entry("a", 5, chunkSize=2), chunk("a", 2, offset=20)], "no digest"),
        ([entry("a", 5, chunkType="sparse")], "unknown type"),
        ([entry("a"), entry("./a")], "listed twice"),
        ([entry("a"), {"name": "a/", "type": "dir"}], "listed twice"),
        ([{"name": "a/", "type": "dir"}, entry("a")], "listed twice"),
        ([entry("../a")], "not a name within"),
        ([entry("a/../../b")], "not a name within"),
        ([entry("a\0b")], "not a name within"),
        ([entry("")], "not a name within"),
        ([{"name": "a", "type": "hardlink", "linkName": "../b"}], "not a name within"),
        ([{"name": "a", "type": "hardlink"}], "without a target"),
        ([{"name": "a", "type": "symlink"}], "without a target"),
        ([entry("a", linkName="b")], "without a target"),
        ([{"name": "a", "type": "door"}], "unknown type 'door'"),
        ([{"name": "a"}], "malformed"),
        ([{"name": 1, "type": "reg"}], "malformed"),
        ([entry("a", size="5")], "malformed"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused(entries, message):
    with pytest.raises(ValueError, match=message):
        list(files_of(document(*entries), 100))


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"null", b'{"version": 1}', b"\xff", b"[" * 100_000])
def test_what_is_no_table_is_refused(data):
    with pytest.raises(ValueError, match="malformed"):
        list(files_of(data, 100))


def test_another_version_is_refused():
    with pytest.raises(ValueError, match="version 2"):
        list(files_of(document(version=2), 100))


def test_many_files_take_linear_steps():
    def listing(count):
        table = document(*(entry(f"f{number}", 5, offset=number) for number in range(count)))
        return lambda: sum(1 for _ in files_of(table, count))

    assert grows_with_its_input(listing, 500)


def test_mutated_tables_are_read_or_refused():
    made = random.Random(21)
    table = document(*LAYERS["chunked"].table)
    for _ in range(5000):
        data = bytearray(table)
        for _ in range(made.randint(1, 3)):
            at = made.randrange(len(data))
            match made.randrange(4):
                case 0:
                    data[at] = made.randrange(256)
                case 1:
                    del data[at : at + made.randint(1, 40)]
                case 2:
                    data[at:at] = made.choice([b"-", b"9" * 20, b"\\u0000", b"../", b'"', b"null", b"\\ud800", b"1e9"])
                case 3:
                    other = made.randrange(len(data))
                    data[at : at + 60] = data[other : other + 60]
        try:
            for member, chunks in files_of(bytes(data), 100_000):
                member.path.encode()
                assert sum(one.size for one in chunks) == member.size_bytes
                assert all(0 <= one.start < one.stop <= 100_000 for one in chunks)
        except (ValueError, InputError):
            continue
