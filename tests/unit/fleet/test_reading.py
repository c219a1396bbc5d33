"""Layers are read in a child process: a child that dies takes one layer with it, and one that hangs is ended."""

import gzip
import hashlib
import io

import pytest
from tests.support import readers
from tests.support.images import make_layer

from careen.app.wiring import fingerprint, readers_with
from careen.fleet import reading
from careen.fleet.reading import File, How, read_files
from careen.layers.index import decode
from careen.safety.budget import Limits

HOW = How(Limits(), ("vuln",), fingerprint(("vuln",)))


def file_of(folder, name, content, compress=True):
    data = gzip.compress(make_layer(content), mtime=0) if compress else content
    path = folder / name
    path.write_bytes(data)
    return File(f"sha256:{hashlib.sha256(data).hexdigest()}", str(path), len(data))


@pytest.fixture
def child(monkeypatch):
    def use(target):
        monkeypatch.setattr(reading, "_read", target)

    return use


def test_the_deltas_of_layers(tmp_path):
    files = [file_of(tmp_path, f"l{number}", {"etc/os-release": b"ID=debian\n", f"f{number}": b"x"}) for number in range(3)]
    found = list(read_files(files, HOW))
    assert [result.digest for result in found] == [file.digest for file in files]
    deltas = [decode(result.delta, readers_with(("vuln",))) for result in found]
    assert [delta.table.names() for delta in deltas] == [["etc/os-release", f"f{number}"] for number in range(3)]
    assert [delta.digest for delta in deltas] == [file.digest for file in files]


def test_bytes_that_are_not_those_of_the_digest(tmp_path):
    good = file_of(tmp_path, "good", {"a": b"1"})
    bad = File("sha256:" + "0" * 64, good.path, good.size_bytes)
    first, second = read_files([bad, good], HOW)
    assert first.lasting
    assert "digest" in first.trouble
    assert second.delta


def test_a_file_that_is_not_a_layer_is_a_delta_that_states_it(tmp_path):
    (found,) = read_files([file_of(tmp_path, "noise", b"no archive" * 100, compress=False)], HOW)
    assert decode(found.delta, readers_with(("vuln",))).unknowns


def test_a_child_that_dies_takes_one_layer_with_it(tmp_path, child):
    child(readers.dies_at_the_second)
    files = [File("a", "/fine", 1), File("b", "/poison", 1), File("c", "/fine", 1)]
    found = list(read_files(files, HOW))
    assert [(result.digest, bool(result.delta)) for result in found] == [("a", True), ("b", False), ("c", True)]
    assert found[1].trouble == "its reader ended with code 9"
    assert not found[1].lasting


def test_a_child_that_hangs_is_ended(child, monkeypatch):
    child(readers.never_answers)
    monkeypatch.setattr(reading, "GRACE_S", 0.2)
    how = How(Limits(scan_seconds=0.1), ("vuln",), "")
    (found,) = read_files([File("a", "/x", 1)], how)
    assert found.trouble == "its reader took more than 0 seconds"


def test_a_reader_that_does_not_start_blames_no_layer():
    with pytest.raises(OSError, match="could not be started"):
        list(read_files([File("a", "/there/is/no/such/file", 1)], HOW))


def test_a_file_is_read_from_its_start_each_time():
    file = io.BytesIO(b"0123456789")
    first, second = reading._FromStart(file), reading._FromStart(file)
    assert first.read(4) == b"0123"
    assert second.read(2) == b"01"
    assert first.read(3) == b"456"
