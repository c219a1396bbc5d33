"""A gate that fails for an image fails for the image's SBOM too."""

import io

import pytest
from msgspec.structs import replace
from tests.support.reports import usual

from careen.formats.sboms.sbom_properties import MAX_UNKNOWNS, inventory_with, of_inventory, restored
from careen.model.integrity import FileCounts, Integrity, ModifiedFile
from careen.model.inventory import (
    Changelog,
    ChangelogEntry,
    Inventory,
    OwnerFiles,
    OwnerRead,
    Program,
    ProgramRead,
    Unknown,
)
from careen.model.origin import Origin, PatchState, Share
from careen.model.package import Evidence, Package
from careen.plugins import ReportOptions
from careen.reports import cyclonedx, spdx, spdx3
from careen.sboms import cyclonedx as from_cyclonedx
from careen.sboms import spdx as from_spdx

WINDOWS = Unknown("platform", Evidence("the image", 0), "an image of windows", whole_layer=True, code="unsupported_platform")
FORMATS = [(cyclonedx.REPORTER, from_cyclonedx.read), (spdx.REPORTER, from_spdx.read), (spdx3.REPORTER, from_spdx.read)]


@pytest.mark.parametrize(("reporter", "read"), FORMATS, ids=["cyclonedx", "spdx", "spdx3"])
def test_unknowns_of_only_the_report_are_kept(reporter, read):
    report = usual()
    text = io.StringIO()
    reporter.write(replace(report, unknowns=(*report.inventory.unknowns, WINDOWS)), text, ReportOptions())
    assert set(read(text.getvalue().encode()).inventory.unknowns) == {*report.inventory.unknowns, WINDOWS}


def test_a_lost_layer_is_kept_however_many_files_could_not_be_read():
    lost = Unknown("layer", Evidence("", 3), "it breaks off", whole_layer=True)
    files = tuple(Unknown("npm", Evidence(f"x/{number}", 0), "no JSON") for number in range(MAX_UNKNOWNS))
    kept = inventory_with((), of_inventory(Inventory(None, (), (*files, lost))), None, ()).unknowns
    assert (kept[0], len(kept)) == (lost, MAX_UNKNOWNS)


def test_unidentified_and_owned_files_are_kept():
    inventory = Inventory(None, (), unidentified=("bin/sh", "opt/own"), owned=("bin/sh",))
    again = inventory_with((), of_inventory(inventory), None, ())
    assert (again.unidentified, again.owned) == (inventory.unidentified, inventory.owned)


@pytest.mark.parametrize("files", [None, FileCounts(9000, 3, 20, 1)])
def test_what_was_verified_survives(files):
    inventory = Inventory(None, (), integrity=Integrity(7, 2, (ModifiedFile("bin/x", "pkg:deb/debian/x@1", 1, 0o755),), files))
    assert inventory_with((), of_inventory(inventory), None, ()).integrity == inventory.integrity


@pytest.mark.parametrize("value", ["", "x", "[1]", "[1,2,3,4,5]", '[1,2,3,"4"]'])
def test_damaged_counts_of_files_are_passed_over(value):
    assert inventory_with((), [("verified_files", value)], None, ()).integrity == Integrity()


def test_what_a_second_look_has_read_survives():
    files = OwnerFiles("pkg:deb/debian/a@1", (Evidence("usr/lib/a", 1),), changelog=Evidence("usr/share/doc/a/changelog.gz", 0))
    changelog = Changelog("c", ("1-2",), (ChangelogEntry("1-2", ("CVE-2024-0001",)),))
    read = OwnerRead("pkg:deb/debian/a@1", ("usr/lib/a",), changelog)
    programs = (Program("usr/bin/tool", "go1.22", "example.org/tool", b"\x00names", "ab"),)
    inventory = Inventory(
        None, (), owner_files=(files,), owners_read=(read,), programs_read=(ProgramRead("x", ("gcc",)),), programs=programs
    )
    found = inventory_with((), of_inventory(inventory), None, ())
    assert (found.owner_files, found.owners_read) == ((files,), (read,))
    assert (found.programs_read, found.programs) == (inventory.programs_read, programs)


def test_damaged_reads_are_left_out():
    pairs = [("owner_read", "{"), ("owner_read", '{"owner": 1}'), ("program", '"x"'), ("program_read", "[]")]
    found = inventory_with((), pairs, None, ())
    assert (found.owners_read, found.programs, found.programs_read) == ((), (), ())


@pytest.mark.parametrize(("reporter", "read"), FORMATS, ids=["cyclonedx", "spdx", "spdx3"])
def test_a_copy_of_unknown_version_keeps_the_versions_that_it_may_have(reporter, read):
    shares, fixes = (Share("literals", 8, 9),), (PatchState("CVE-2024-0001", "fixed", "a.c"),)
    origin = Origin(
        "pypi:idna", ("2.9", "2.10"), "high", shares=shares, fixes=fixes, owners=("pkg:deb/debian/a@1",), proven=True
    )
    copy = Package("pypi", None, "idna", "", cataloger="origin", confidence=0.8, evidence=(Evidence("a", 1),), origin=origin)
    report, text = usual(), io.StringIO()
    inventory = replace(report.inventory, packages=(*report.inventory.packages, copy))
    reporter.write(replace(report, inventory=inventory), text, ReportOptions())
    found = {package.name: package.origin for package in read(text.getvalue().encode()).inventory.packages}
    assert found.pop("idna") == origin
    assert set(found.values()) == {None}


@pytest.mark.parametrize("value", ["", "{", "[]", '{"project": 1}', '{"project": "a", "versions": ["1"], "band": "certain"}'])
def test_a_damaged_origin_is_left_out(value):
    package = Package("pypi", None, "idna", "2.10")
    assert restored(package, {"origin": value}, ()).origin is None
