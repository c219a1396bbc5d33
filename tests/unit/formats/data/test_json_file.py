"""JSON files, plain or gzipped, within a limit."""

import gzip

import pytest

from careen.formats.data.json_file import read_json


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_reads(tmp_path, pack):
    (tmp_path / "x").write_bytes(pack(b'{"a": [1, 2]}'))
    assert read_json(tmp_path / "x", dict[str, list[int]], 100) == {"a": [1, 2]}


@pytest.mark.parametrize(
    "data",
    [
        b"", b"{", b'{"a": "b"}', b"\xff\xfe", b'{"a": ' * 20_000,
        gzip.compress(b'{"a": [1]}', mtime=0)[:-9], b"\x1f\x8bnot gzip", gzip.compress(bytes(1_000_000), mtime=0),
        b" " * 100_001,
    ],
)  # fmt: skip
def test_refuses(tmp_path, data):
    (tmp_path / "x").write_bytes(data)
    with pytest.raises(ValueError):
        read_json(tmp_path / "x", dict[str, list[int]], 100_000)
