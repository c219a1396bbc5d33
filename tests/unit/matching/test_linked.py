"""A finding about a Go program that does not have the vulnerable functions is possible; in doubt it is counted."""

import pytest
from msgspec.structs import replace
from tests.support.matching import ECOSYSTEMS, SCHEMES, TODAY, advisory, info, knowledge

from careen.matching.match import match
from careen.model.advisory import Import
from careen.model.inventory import Inventory, Program
from careen.model.package import Evidence, Package
from careen.safety.deflate import deflated

NET = "golang.org/x/net"
HTML = (Import(f"{NET}/html", ("Parse", "Tokenizer.Next")),)
PATH = "usr/bin/tool"
# The functions of an ordinary program, with some of golang.org/x/net, and none of its package html.
ORDINARY = ("runtime.goexit", "fmt.Println", "main.main", "example.com/tool/cmd.Run", f"{NET}/http2.(*Framer).ReadFrame")


def module(name=NET, version="0.30", *paths):
    return Package("golang", None, name, version, evidence=tuple(Evidence(path, 0) for path in paths or (PATH,)))


def program(*names, path=PATH, toolchain="go1.24.4", package="example.com/tool", ordinary=ORDINARY):
    return Program(path, toolchain, package, deflated("".join(f"\0{name}" for name in (*ordinary, *names)).encode()), "digest")


def of_go(imports=HTML, package=NET, id="GO-2026-1", **fields):
    return advisory(id, "0.40", "Go", package, aliases=("CVE-2026-1",), imports=imports, source="go", **fields)


def finding(programs, *records, package=None):
    inventory = Inventory(None, (package or module(),), programs=tuple(programs))
    (found,) = match(inventory, knowledge(info("Go", "go"), *(records or (of_go(),))), SCHEMES, ECOSYSTEMS, TODAY).findings
    return found


def is_lowered(programs, *records, package=None):
    found = finding(programs, *records, package=package)
    assert (found.confidence, found.lowered_by) in (("confirmed", None), ("possible", "not_linked"))
    return found.lowered_by is not None


def test_functions_that_are_not_linked():
    found = finding([program()])
    assert (found.confidence, found.lowered_by) == ("possible", "not_linked")
    assert found.reason == "0.30 < 0.40 (go order, Go); none of the vulnerable functions is linked in the program"


@pytest.mark.parametrize(
    "name",
    [
        f"{NET}/html.Parse",
        f"{NET}/html.Parse.func1",
        f"{NET}/html.Parse[...]",
        f"{NET}/html.(*Tokenizer).Next",
        f"{NET}/html.Tokenizer.Next",
        f"{NET}/html.(*Tokenizer).Next-fm",
        f"{NET}/html.(*Tokenizer[go.shape.int]).Next.gowrap1",
        "main.main.Parse.func1",
        "main.(*Server).Run.(*Tokenizer).Next.func3",
    ],
)
def test_functions_that_are_linked(name):
    assert not is_lowered([program(name)])


@pytest.mark.parametrize("name", [f"{NET}/html.ParseFragment", f"{NET}/html.(*Tokenizer).Err", f"{NET}/html.(*Parser).Next"])
def test_other_functions_of_the_package(name):
    assert is_lowered([program(name)])


def test_a_package_without_symbols_is_affected_as_a_whole():
    whole = of_go((Import(f"{NET}/html"),))
    assert is_lowered([program()], whole)
    assert not is_lowered([program(f"{NET}/html.Any")], whole)
    assert is_lowered([program(f"{NET}/html/atom.Any")], whole)
    assert not is_lowered([program(f"{NET}/html.Any")], of_go((*HTML, Import(f"{NET}/html"))))


def test_a_record_without_packages():
    assert not is_lowered([program()], of_go(()))
    assert not is_lowered([program()], of_go(), of_go((), id="GO-2026-2"))


def test_records_of_others_do_not_decide():
    copy = replace(of_go((), id="GHSA-1"), source="ghsa")
    assert is_lowered([program()], of_go(), copy)
    assert not is_lowered([program()], copy)


def test_each_of_several_records_is_looked_up():
    other = of_go((Import(f"{NET}/http2", ("Framer.ReadFrame",)),), id="GO-2026-2")
    assert not is_lowered([program()], of_go(), other)


def test_a_program_whose_functions_are_unknown():
    assert not is_lowered([])
    assert not is_lowered([program(path="usr/bin/another")])


def test_every_place_of_the_module_is_looked_up():
    both = module(NET, "0.30", PATH, "usr/bin/other")
    assert is_lowered([program(), program(path="usr/bin/other")], package=both)
    assert not is_lowered([program(), program(f"{NET}/html.Parse", path="usr/bin/other")], package=both)
    assert not is_lowered([program()], package=both)


def test_an_obfuscated_program():
    """Its own packages and those of modules have other names; those of the standard library may have."""
    garbled = ("runtime.goexit", "fmt.Println", "main.main", "f3kQ2.(*aZ81).xYw", "Qm7.Tr2")
    assert not is_lowered([program(ordinary=garbled)])
    library, stdlib = of_go((Import("net/mail", ("ParseAddress",)),), "stdlib"), module("stdlib", "0.30")
    assert is_lowered([program(ordinary=garbled)], library, package=stdlib)
    whole = tuple(name.replace("fmt.", "Zr4.") for name in garbled)
    assert not is_lowered([program(ordinary=whole)], library, package=stdlib)


def test_a_program_that_is_linked_with_a_shared_library():
    assert not is_lowered([program(ordinary=ORDINARY[1:])])


def test_packages_that_the_standard_library_has_copies_of():
    library, stdlib = of_go((Import(f"{NET}/idna", ("ToASCII",)),), "stdlib"), module("stdlib", "0.30")
    assert is_lowered([program()], library, package=stdlib)
    assert not is_lowered([program(f"vendor/{NET}/idna.ToASCII")], library, package=stdlib)
    assert is_lowered([program(f"vendor/{NET}/html.Parse")])


def test_programs_of_go_itself():
    get, toolchain = of_go((Import("cmd/go/internal/get", ("downloadPackage",)),), "toolchain"), module("toolchain", "0.30")
    assert not is_lowered([program("cmd/go/internal/get.downloadPackage", package="cmd/go")], get, package=toolchain)
    assert is_lowered([program("cmd/internal/objabi.Flagparse", package="cmd/vet")], get, package=toolchain)
    assert not is_lowered([program(package="cmd/vet")], get, package=toolchain), "an obfuscated program"


def test_the_main_package_has_no_path_in_symbols():
    tool = module("example.com/tool", "0.30")
    for path in ("example.com/tool", "example.com/tool/cmd/server"):
        function = of_go((Import(path, ("Serve",)),), "example.com/tool")
        assert is_lowered([program(package=path)], function, package=tool)
        assert not is_lowered([program("main.Serve", package=path)], function, package=tool)
        assert not is_lowered([program(package=path)], of_go((Import(path),), "example.com/tool"), package=tool)
    only_main = ("runtime.goexit", "fmt.Println", "main.main")
    other = of_go((Import("example.com/tool/other", ("F",)),), "example.com/tool")
    assert is_lowered([program()], other, package=tool)
    assert not is_lowered([program(ordinary=only_main)], other, package=tool)  # it may be obfuscated


@pytest.mark.parametrize("toolchain", ["go1.17", "go1.18.10", "go1.19.8 X:boringcrypto", "go1.20.14", "devel go1.20-abc"])
def test_toolchains_that_inline_closures_without_a_trace(toolchain):
    assert is_lowered([program(toolchain=toolchain)])
    assert not is_lowered([program(f"{NET}/html.ParseFragment", toolchain=toolchain)])


@pytest.mark.parametrize("toolchain", ["go1.16.15", "go1.21.0", "go1.24rc1", "devel go1.23-abc Mon Jan 1"])
def test_other_toolchains(toolchain):
    assert is_lowered([program(f"{NET}/html.ParseFragment", toolchain=toolchain)])


def test_an_unknown_toolchain():
    assert not is_lowered([program(toolchain="")])
    assert not is_lowered([program(toolchain="gc 9")])


def test_other_doubts_stay():
    doubtful = replace(module(), confidence=0.3)
    found = finding([program()], package=doubtful)
    assert (found.confidence, found.lowered_by) == ("possible", None)
    python = Package("pypi", None, NET, "0.30", evidence=(Evidence(PATH, 0),))
    found = finding([program()], advisory("PYSEC-1", "0.40", "PyPI", NET, imports=HTML), package=python)
    assert (found.confidence, found.lowered_by) == ("confirmed", None)
