import struct

import msgspec
import pytest
from tests.support.executables import elf, inline, pe, pointers
from tests.support.pclntab import pclntab
from tests.support.reading import MemoryFile, read_all, read_files

from careen.catalogers.golang import CATALOGER, read
from careen.model.delta import Fact
from careen.model.package import Evidence
from careen.safety.deflate import inflated

REVISION = "0123456789abcdef0123456789abcdef01234567"


def packages(modules, version="go1.22.1"):
    file = MemoryFile("usr/bin/x", elf(b"", inline(version, modules)), 0o755)
    return read_all(CATALOGER, {"usr/bin/x": file})


def main(*build, version="(devel)"):
    modules = f"path\texample.com/x/cmd/x\nmod\texample.com/x\t{version}\t\n" + "".join(f"build\t{b}\n" for b in build)
    (found,) = (package for package in packages(modules) if package.name == "example.com/x")
    return found.version, found.confidence


def test_modules_and_standard_library():
    found = packages("path\tx\nmod\texample.com/x\tv1.0.0\t\ndep\texample.com/Y/z\tv2.0.0+incompatible\th1:\n")
    assert [(package.name, package.version) for package in found] == [
        ("stdlib", "1.22.1"),
        ("example.com/x", "v1.0.0"),
        ("example.com/Y/z", "v2.0.0+incompatible"),
    ]
    assert {package.evidence for package in found} == {(Evidence("usr/bin/x", 0),)}
    assert found[2].purl == "pkg:golang/example.com/Y/z@v2.0.0%2Bincompatible"


@pytest.mark.parametrize(
    ("replacement", "expected"),
    [
        ("example.com/fork\tv1.9.9\th1:", ("example.com/fork", "v1.9.9", 1.0)),
        ("./local\t(devel)\t", ("example.com/y", "", 1.0)),
        ("/src/local\t\t", ("example.com/y", "", 1.0)),
        ("C:\\src\t(devel)\t", ("example.com/y", "", 1.0)),
    ],
)
def test_replacement_wins(replacement, expected):
    found = packages(f"dep\texample.com/y\tv1.0.0\n=>\t{replacement}\ndep\texample.com/z\tv3.0.0\th1:\n")
    assert (found[1].name, found[1].version, found[1].confidence) == expected
    assert found[2].name == "example.com/z"


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ("-X main.version=v1.0.0", "v1.0.0"),
        ("-s -w -X main.Version=1.2.3-rc.1+meta", "v1.2.3-rc.1+meta"),
        ("-X=example.com/x/internal.AppVersion=2.0", "v2.0"),
        ("-X 'example.com/x.version=1.5.0' -X main.commit=abc", "v1.5.0"),
        ("-X example.com/x/sub.Version=9.0.0 -X main.version=1.0.0", "v1.0.0"),
    ],
)
def test_version_from_linker_flags(flags, expected):
    assert main(f'-ldflags="{flags}"') == (expected, 0.9)


@pytest.mark.parametrize(
    "flags",
    [
        "-X main.version=dev",
        "-X main.goVersion=1.22.1",
        "-X example.com/another.Version=1.0.0",
        "-X example.com/xy.Version=1.0.0",
        "-X main.version=",
        "-X",
    ],
)
def test_versions_of_something_else_do_not_count(flags):
    assert main(f'-ldflags="{flags}"') == ("", 1.0)


def test_pseudo_version_from_the_commit():
    stamp = ("vcs=git", f"vcs.revision={REVISION}", "vcs.time=2024-03-02T01:00:59Z")
    assert main(*stamp) == ("v0.0.0-20240302010059-0123456789ab", 0.5)
    assert main(*stamp, "vcs.modified=true") == ("v0.0.0-20240302010059-0123456789ab+dirty", 0.5)
    assert main(*stamp[:2]) == ("", 1.0)
    assert main(*stamp, version="v1.2.3") == ("v1.2.3", 1.0)


def test_flags_are_not_kept():
    """They may contain secrets."""
    modules = 'path\tx\nmod\tx\t(devel)\t\nbuild\t-ldflags="-X main.token=hunter2 -X main.version=1.0.0"\n'
    reading = read_files(CATALOGER, {"x": MemoryFile("x", elf(b"", inline("go1.22", modules)), 0o755)})
    assert reading.packages
    assert b"hunter2" not in msgspec.json.encode(reading.facts)


def test_unreleased_toolchains_are_unknowns():
    reading = read_files(CATALOGER, {"x": MemoryFile("x", elf(b"", inline("devel +abc", "mod\tx\tv1.0.0\t\n")), 0o755)})
    assert [package.name for package in reading.packages] == ["x"]
    assert [unknown.evidence.path for unknown in reading.unknowns] == ["x"]


@pytest.mark.parametrize(
    "file", [elf().replace(bytes(64), b"UPX!" + bytes(60), 1), pe().replace(b".rdata\0\0", b"UPX0\0\0\0\0")]
)
def test_packed_executables_are_unknowns(file):
    reading = read_files(CATALOGER, {"x": MemoryFile("x", file, 0o755)})
    assert "UPX" in reading.unknowns[0].reason


def test_which_files_are_looked_at():
    go, old = elf(b"", inline("go1.22.1")), pe(*pointers("go1.15", ""))
    files = {
        "usr/bin/a": MemoryFile("usr/bin/a", go, 0o755),
        "usr/share/a": MemoryFile("usr/share/a", go, 0o644),
        "usr/lib/a.so": MemoryFile("usr/lib/a.so", go, 0o644),
        "opt/a.exe": MemoryFile("opt/a.exe", old, 0o644),
        "usr/bin/script": MemoryFile("usr/bin/script", b"#!/bin/sh\n" + go, 0o755),
        "usr/bin/Class": MemoryFile("usr/bin/Class", b"\xca\xfe\xba\xbe\0\0\0\x37" + inline("go1.1"), 0o755),
        "usr/bin/broken": MemoryFile("usr/bin/broken", go[:40], 0o755),
    }
    found = read_all(CATALOGER, files)
    assert [(package.evidence[0].path, package.version) for package in found] == [
        ("opt/a.exe", "1.15"),
        ("usr/bin/a", "1.22.1"),
        ("usr/lib/a.so", "1.22.1"),
    ]


GO_MOD = b"""module example.com/x

go 1.17

require (
	example.com/a v1.0.0
	example.com/b v1.1.0 // indirect
)
replace example.com/b => ../b
"""
GO_SUM = b"""example.com/a v1.0.0 h1:aaa=
example.com/a v1.0.0/go.mod h1:aaa=
example.com/c v1.2.0 h1:ccc=
example.com/c v1.3.0/go.mod h1:ccc=
"""


def declared(files):
    found = read_all(CATALOGER, files)
    assert {package.presence for package in found} <= {"declared"}
    return [(package.name, package.version, package.evidence[0].path) for package in found]


def test_source_trees_declare_modules():
    assert declared({"src/go.mod": GO_MOD, "src/go.sum": GO_SUM}) == [
        ("example.com/x", "", "src/go.mod"),
        ("example.com/a", "v1.0.0", "src/go.mod"),
        ("example.com/b", "", "src/go.mod"),
    ]


def test_sums_list_what_older_source_trees_leave_out():
    assert declared({"src/go.mod": GO_MOD.replace(b"go 1.17", b"go 1.16"), "src/go.sum": GO_SUM}) == [
        ("example.com/x", "", "src/go.mod"),
        ("example.com/a", "v1.0.0", "src/go.mod"),
        ("example.com/b", "", "src/go.mod"),
        ("example.com/c", "v1.2.0", "src/go.sum"),
    ]
    assert [name for name, _, _ in declared({"src/go.sum": GO_SUM})] == ["example.com/a", "example.com/c"]


def test_a_sum_of_a_go_mod_counts_if_nothing_else_is_known():
    sums = b"example.com/d v1.0.0/go.mod h1:ddd=\n"
    (package,) = read_all(CATALOGER, {"src/go.sum": sums})
    assert (package.name, package.version, package.confidence, package.presence) == ("example.com/d", "v1.0.0", 0.3, "declared")
    old = GO_MOD.replace(b"go 1.17", b"go 1.16")
    assert "example.com/d" not in [name for name, _, _ in declared({"src/go.mod": old, "src/go.sum": sums})]


def test_module_cache_and_toolchain_sources_declare_nothing():
    cache = "root/go/pkg/mod/example.com/x@v1.0.0/"
    assert declared({cache + "go.mod": GO_MOD, cache + "go.sum": GO_SUM}) == []
    assert (
        declared({"usr/lib/go/src/go.mod": b"module std\nrequire golang.org/x/net v0.1.0\n", "usr/lib/go/src/go.sum": GO_SUM})
        == []
    )


@pytest.mark.parametrize(
    ("path", "flags", "expected"),
    [
        ("example.com/x/cmd/tool", "", [("example.com/x", "")]),
        ("cmd/vet", "", [("toolchain", "1.22.1")]),
        (
            "example.com/x/cmd/tool",
            "-X example.com/x/version.Version=1.2.3+distro1",
            [("example.com/x", "v1.2.3+distro1")],
        ),
        ("a.example/x/cmd/t", "-X 'a.example/x/vendor/b.example/v.gitVersion=v1.2.3'", [("a.example/x", "v1.2.3")]),
        ("a.example/x/cmd/t", "-X b.example/y.Version=9.9.9", [("a.example/x", "")]),
        ("command-line-arguments", "-X main.version=1.0.0", []),
    ],
)
def test_built_without_modules(path, flags, expected):
    found = packages(f'path\t{path}\nbuild\t-ldflags="{flags}"\n')
    assert [(package.name, package.version) for package in found if package.name != "stdlib"] == expected


@pytest.mark.parametrize("modules", ["path\tcmd/go\n", "path\tcmd/compile\nmod\tcmd\t(devel)\t\n"])
def test_programs_of_go_itself_are_its_toolchain(modules):
    found = [(package.name, package.version) for package in packages(modules)]
    assert found == [("stdlib", "1.22.1"), ("toolchain", "1.22.1")]


def test_a_folder_of_commands_is_no_program_of_go():
    names = [package.name for package in packages("path\tcmd/go\nmod\texample.com/x\tv1.0.0\t\n")]
    assert names == ["stdlib", "example.com/x"]


@pytest.mark.parametrize(
    ("beside", "expected"),
    [
        (b"20.10.24+dfsg1\0\0\0", ("v20.10.24", 0.4)),
        (b"v1.2.3\0\0", ("v1.2.3", 0.4)),
        (b"go1.22.1" + bytes(8) + b"1.9.0-1+b4\0", ("v1.9.0", 0.4)),
        (b"1.6.20~ds1\0", ("v1.6.20", 0.4)),
        (b"debian/sid\0\0" + b"1.5.0-1+b6\0", ("v1.5.0", 0.4)),
        (b"runtime/cgo: \0", ("", 1.0)),
        (b"1.2.3 and more text\0", ("", 1.0)),
        (b"", ("", 1.0)),
    ],
)
def test_version_among_the_texts_of_the_linker(beside, expected):
    texts = b"\0" * 8 + b"go1.22.1" + b"\0" * 8 + beside + bytes(200)
    file = elf(texts, inline("go1.22.1", "path\ta.example/x/cmd/tool\n"))
    found = read_all(CATALOGER, {"usr/bin/x": MemoryFile("usr/bin/x", file, 0o755)})
    assert [(package.version, package.confidence) for package in found if package.name != "stdlib"] == [expected]


def test_names_that_cannot_be_published():
    found = read_all(CATALOGER, {"src/go.mod": b"module misc\nrequire a.example/x v1.0.0\n"})
    assert [package.name for package in found] == ["a.example/x"]


def test_what_the_toolchain_vendors_is_part_of_it():
    files = {"go/src/go.mod": b"module std\n", "go/src/vendor/modules.txt": b"# a.example/x v1.0.0\n"}
    assert read_all(CATALOGER, files) == []


def test_vendored_copies_and_what_is_in_the_module_cache():
    files = {
        "src/vendor/modules.txt": b"# a.example/x v1.0.0\n## explicit\na.example/x\n",
        "root/go/pkg/mod/b.example/vendor/modules.txt": b"# a.example/y v1.0.0\n",
    }
    (package,) = read_all(CATALOGER, files)
    assert (package.name, package.version, package.presence) == ("a.example/x", "v1.0.0", "declared")


BUILD_ID = struct.pack("<3I", 4, 4, 4) + b"Go\0\0" + b"abcd"
FUNCTIONS = ("runtime.goexit", "main.main", "example.com/x.F")


def programs(file, path="usr/bin/x", size=4096):
    """The programs with names of functions, of a file that is read in pieces of this size."""
    scanner = read(MemoryFile(path, file[:65536], 0o755))
    at = 0
    for start, stop in scanner.ranges or [(0, len(file))]:
        scanner.skip(start - at)
        for at in range(start, stop, size):
            scanner.feed(file[at : min(at + size, stop)])
        at = stop
    return [*CATALOGER.programs([Fact(path, 0, value) for value in scanner.facts()])]


@pytest.mark.parametrize("size", [64, 1000, 1 << 20])
@pytest.mark.parametrize("form", [16, 18, 20])
def test_names_of_functions(form, size):
    table = bytes(32) + pclntab(FUNCTIONS, ("example.com/y.G",), form=form)
    file = elf(table, inline("go1.22.1", "path\texample.com/x/cmd\n"), note=BUILD_ID)
    (found,) = programs(file, size=size)
    assert (found.path, found.toolchain, found.package) == ("usr/bin/x", "go1.22.1", "example.com/x/cmd")
    assert inflated(found.names).split(b"\0") == [b"", b"runtime.goexit", b"example.com/y.G", b"main.main", b"example.com/x.F"]


def test_programs_whose_functions_are_unknown():
    table = bytes(32) + pclntab(FUNCTIONS)
    information = inline("go1.22.1", "path\tx\n")
    assert programs(elf(table, information)) == []  # without the build ID of Go's linker
    assert programs(elf(table[:200], information, note=BUILD_ID)) == []
    assert programs(elf(b"", information, note=BUILD_ID)) == []
    assert programs(elf(table, b"", note=BUILD_ID)) == []  # without build information


def test_names_of_functions_in_a_program_for_windows():
    table = b'\xff Go build ID: "abc"\n'.ljust(64, b"\0") + pclntab(FUNCTIONS)
    (found,) = programs(pe(table, inline("go1.22.1", "path\tx\n")), "x.exe")
    assert b"main.main" in inflated(found.names)


def test_code_is_not_read():
    """The segment of code has neither texts nor tables, so that a large part of each program is skipped."""
    code, constants = inline("go1.1.1"), bytes(32) + pclntab(FUNCTIONS)
    file = elf(constants, inline("go1.22.1", "path\tx\n"), note=BUILD_ID, code=code)
    assert read(MemoryFile("x", file[:65536], 0o755)).ranges
    (found,) = programs(file)
    assert found.toolchain == "go1.22.1"
    assert b"main.main" in inflated(found.names)
