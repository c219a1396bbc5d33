import json
import struct
import zlib

import pytest
from tests.support import sectioned
from tests.support.reading import MemoryFile, read_all, read_files

from careen.catalogers import rust
from careen.catalogers.rust import CATALOGER

CRATES = [
    {"name": "app", "version": "1.0.0", "source": "local", "root": True, "dependencies": [1]},
    {"name": "time", "version": "0.1.42", "source": "crates.io"},
    {"name": "cc", "version": "1.0.83", "source": "crates.io", "kind": "build"},
    {"name": "time", "version": "0.1.42", "source": "crates.io"},
]
PATHS = (
    b"/root/.cargo/registry/src/index.crates.io-6f17d22bba15001f/aho-corasick-1.1.3/src/lib.rs"
    b"/usr/share/cargo/registry/libgit2-sys-0.14.1+1.5.0/src/a.rs"
    b"cargo/registry/nothing-here cargo/registry/index-1.0 /cargo/registry/time-0.3.36-rc.1/src/x.rs"
)


def packages(content, **files):
    found = read_all(CATALOGER, {"usr/bin/x": MemoryFile("usr/bin/x", content, 0o755), **files})
    return [(package.name, package.version, package.confidence) for package in found]


def audit(crates):
    return zlib.compress(json.dumps({"packages": crates}).encode())


@pytest.mark.parametrize("make", [sectioned.elf, sectioned.pe, sectioned.macho])
def test_crates_of_an_auditable_executable(make):
    assert packages(make(b".dep-v0", audit(CRATES))) == [("app", "1.0.0", 1.0), ("time", "0.1.42", 1.0)]


def test_list_wins_over_paths():
    file = sectioned.elf(b".dep-v0", audit(CRATES), loaded=PATHS)
    assert [name for name, _, _ in packages(file)] == ["app", "time"]


def test_crates_named_by_paths():
    assert packages(sectioned.elf(b".text", b"", loaded=bytes(1000) + PATHS)) == [
        ("aho-corasick", "1.1.3", 0.4),
        ("libgit2-sys", "0.14.1+1.5.0", 0.4),
        ("time", "0.3.36-rc.1", 0.4),
    ]


@pytest.mark.parametrize(
    ("path", "version"),
    [
        (b"/usr/share/cargo/registry/time-0.0.30-2/src/a.rs", "0.0.30"),
        (b"/usr/share/cargo/registry/time-0.0.30-3+b1/src/a.rs", "0.0.30"),
        (b"/usr/share/cargo/registry/time-0.0.30-1.1/src/a.rs", "0.0.30"),
        (b"/usr/share/cargo/registry/time-0.0.30-alpha-3/src/a.rs", "0.0.30-alpha-3"),
        (b"/usr/share/cargo/registry/time-0.0.30-rc.1/src/a.rs", "0.0.30-rc.1"),
        (b"/root/.cargo/registry/src/index.crates.io-6f17d22bba15001f/time-0.0.30-2/src/a.rs", "0.0.30-2"),
    ],
)
def test_the_revision_of_a_distributions_package_is_not_of_the_crate(path, version):
    assert packages(sectioned.elf(b".text", b"", loaded=path)) == [("time", version, 0.4)]


def test_paths_of_windows():
    path = b"C:\\u\\.cargo\\registry\\src\\index.crates.io-6f17d22bba15001f\\time-0.3.36\\src\\lib.rs"
    assert packages(sectioned.pe(b".rdata", path)) == [("time", "0.3.36", 0.4)]


@pytest.mark.parametrize(
    "content",
    [
        b"no zlib",
        audit(CRATES)[:-4],
        zlib.compress(b"[" * 100_000),
        zlib.compress(b'{"packages": [{"name": "a"}]}'),
        audit([{"name": "", "version": "1"}]),
        zlib.compress(bytes(17 << 20)),
    ],
    ids=["noise", "cut short", "deep", "no version", "no name", "bomb"],
)
def test_damaged_list_is_an_unknown(content):
    file = MemoryFile("usr/bin/x", sectioned.elf(b".dep-v0", content), 0o755)
    reading = read_files(CATALOGER, {"usr/bin/x": file})
    assert not reading.packages
    assert "list of crates" in reading.unknowns[0].reason


def test_lock():
    lock = b"""version = 3
[root]
name = "old-style"
version = "0.0.1"
[[package]]
name = "app"
version = "0.1.0"
[[package]]
name = "time"
version = "0.1.42"
source = "registry+https://github.com/rust-lang/crates.io-index"
[[package]]
name = "time"
version = "0.3.36"
"""
    found = read_all(CATALOGER, {"src/Cargo.lock": lock})
    assert [(package.name, package.version) for package in found] == [
        ("app", "0.1.0"),
        ("time", "0.1.42"),
        ("time", "0.3.36"),
        ("old-style", "0.0.1"),
    ]
    assert {package.presence for package in found} == {"declared"}
    assert found[1].purl == "pkg:cargo/time@0.1.42"


def with_code_between(before, code, after):
    """An ELF file of three loaded segments: constants, code, constants."""
    at, segments, content = 64 + 3 * 56, b"", b""
    for flags, part in ((4, before), (5, code), (4, after)):
        place = at + len(content)
        segments += struct.pack("<2I6Q", 1, flags, place, place, 0, len(part), len(part), 4096)
        content += part
    header = struct.pack("<2HI3QI6H", 3, 62, 1, 0, 64, 0, 0, 64, 56, 3, 64, 0, 0)
    return b"\x7fELF\x02\x01\x01" + bytes(9) + header + segments + content


def test_code_may_be_skipped():
    paths = [
        b"\0/root/.cargo/registry/src/index.crates.io-6f17d22bba15001f/%s/src/lib.rs\0" % name
        for name in (b"a-1.0.0", b"b-2.0.0", b"c-3.0.0")
    ]
    file = with_code_between(paths[0].ljust(5000, b"\0"), paths[1].ljust(100_000, b"\0"), paths[2])
    scanner = rust.read(MemoryFile("usr/bin/x", file[:65536]))
    first, second = (pair for pair in scanner.ranges if pair[0] < pair[1])
    scanner.feed(file[: first[1]])
    scanner.skip(second[0] - first[1])
    scanner.feed(file[second[0] :])
    passed_over = [(one.name, one.version) for one in scanner.facts()]
    assert passed_over == [("a", "1.0.0"), ("c", "3.0.0")]
    whole = rust.read(MemoryFile("usr/bin/x", file[:65536]))
    whole.feed(file)
    assert [(one.name, one.version) for one in whole.facts()] == passed_over
