from msgspec.structs import replace
from tests.support.matching import DEBIAN, ECOSYSTEMS, SCHEMES, TODAY, advisory, info, knowledge

from careen.matching.assess import system_of
from careen.matching.match import match
from careen.model.advisory import Range
from careen.model.inventory import Inventory
from careen.model.package import Evidence, Package

STDLIB = Package("golang", None, "stdlib", "1.20", evidence=(Evidence("usr/bin/tool", 0),))
WINDOWS = advisory("GO-2026-1", "1.21", "Go", "stdlib", aliases=("CVE-2026-0001",), systems=("windows",))


def ids(package, *records):
    matched = match(Inventory(DEBIAN, (package,)), knowledge(info("Go", "osv/Go"), *records), SCHEMES, ECOSYSTEMS, TODAY)
    return [found.id for found in matched.findings]


def test_a_flaw_of_another_system_is_none_here():
    assert ids(STDLIB, WINDOWS) == []
    program = replace(STDLIB, evidence=(Evidence("app/tool.exe", 0),))
    assert ids(program, WINDOWS) == ["CVE-2026-0001"]


def test_it_denies_what_others_say_of_the_same_flaw():
    other = advisory("GHSA-1", "1.21", "Go", "stdlib", aliases=("CVE-2026-0001",), source="ghsa")
    assert ids(STDLIB, WINDOWS, other) == []
    assert ids(STDLIB, replace(WINDOWS, ranges=(Range("1.30", "1.31"),)), other) == ["CVE-2026-0001"]


def test_the_same_record_may_be_about_this_system_too():
    assert ids(STDLIB, WINDOWS, replace(WINDOWS, systems=())) == ["CVE-2026-0001"]


def test_systems_by_the_names_of_files():
    names = {"x.exe": "windows", "lib/X.DLL": "windows", "lib.dylib": "darwin", "usr/bin/x": "linux"}
    for path, expected in names.items():
        assert system_of(replace(STDLIB, evidence=(Evidence(path, 0),))) == expected
    assert system_of(replace(STDLIB, evidence=())) == "linux"
