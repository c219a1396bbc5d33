import json
import struct

import pytest
from tests.support import executables
from tests.support.images import make_layer
from tests.support.reading import MemoryFile, read_all, read_files
from tests.unit.layers.helpers import OS_RELEASE, layer_of, status

from careen.catalogers import distribution, dpkg
from careen.catalogers.elf_note import CATALOGER
from careen.layers.bind import bind
from careen.layers.index import Readers, index
from careen.safety.budget import Budget, Limits
from careen.store.memory import MemoryStore

FIELDS = {
    "type": "deb",
    "os": "debian",
    "osVersion": "12",
    "name": "bash",
    "version": "5.2.15-2",
    "architecture": "amd64",
    "debugInfoUrl": "https://debuginfod.example/",
}


def executable(content, order="<", owner=b"FDO\0"):
    note = struct.pack(order + "3I4s", len(owner), len(content), 0xCAFE1A7E, owner) + content
    return executables.elf(order=order, note=bytes(100) + note + bytes(8))


def note(**fields):
    return json.dumps({**FIELDS, **fields}).encode() + b"\0\0"


@pytest.mark.parametrize("order", ["<", ">"])
def test_package_of_a_file(order):
    (package,) = read_all(CATALOGER, {"bin/x": MemoryFile("bin/x", executable(note(), order), 0o755)})
    assert package.purl == "pkg:deb/debian/bash@5.2.15-2?arch=amd64&distro=debian-12"


def test_a_note_at_the_end_of_the_read_only_data():
    program = bytearray(executable(note()))
    at = program.index(b"FDO\0") - 112
    end = at + 120 + len(note())
    segment = program.index(struct.pack("<IIQ", 4, 4, at))
    program[segment + 8 : segment + 16] = struct.pack("<Q", 300_000)
    moved = bytes(program[:at]) + bytes(300_000 - at) + bytes(program[at:end])
    (package,) = read_all(CATALOGER, {"lib/x.so": MemoryFile("lib/x.so", moved, 0o755)})
    assert package.name == "bash"


def test_other_kinds_are_generic():
    (package,) = read_all(CATALOGER, {"bin/x": MemoryFile("bin/x", executable(note(type="conda-like")), 0o755)})
    assert package.purl == "pkg:generic/bash@5.2.15-2?arch=amd64"


@pytest.mark.parametrize("content", [b"{", b"[]", note(name=""), note(version="a b"), note(name=3), b"[" * 5000, bytes(20_000)])
def test_note_that_cannot_be_read(content):
    reading = read_files(CATALOGER, {"bin/x": MemoryFile("bin/x", executable(content), 0o755)})
    assert not reading.packages
    assert "package note" in reading.unknowns[0].reason


def test_other_notes():
    assert read_all(CATALOGER, {"bin/x": MemoryFile("bin/x", executable(note(), owner=b"FDO!"), 0o755)}) == []


def test_a_package_of_the_database_is_not_listed_twice():
    catalogers = (distribution.CATALOGER, dpkg.CATALOGER, CATALOGER)
    files = {
        "etc/os-release": OS_RELEASE,
        "var/lib/dpkg/status": status(("bash", "5.2.15-2")),
        "var/lib/dpkg/info/bash.list": b"/bin/libbash.so\n",
        "bin/libbash.so": executable(note()),
        "opt/libcopied.so": executable(note(name="copied")),
    }
    delta = index(layer_of(make_layer(files)), Readers.of(catalogers, "test"), MemoryStore(), Budget(Limits()))
    found = bind([delta], catalogers).packages
    assert sorted((package.name, package.cataloger) for package in found) == [("bash", "dpkg"), ("copied", "elf_note")]
