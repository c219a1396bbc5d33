"""A gate that fails for an image fails for the image's SBOM too."""

import io

import pytest
from msgspec.structs import replace
from tests.support.reports import usual

from careen.formats.sboms.sbom_properties import MAX_UNKNOWNS, inventory_with, of_inventory
from careen.model.inventory import Inventory, Unknown
from careen.model.package import Evidence
from careen.plugins import ReportOptions
from careen.reports import cyclonedx, spdx
from careen.sboms import cyclonedx as from_cyclonedx
from careen.sboms import spdx as from_spdx

WINDOWS = Unknown("platform", Evidence("the image", 0), "an image of windows", whole_layer=True, code="unsupported_platform")
FORMATS = [(cyclonedx.REPORTER, from_cyclonedx.read), (spdx.REPORTER, from_spdx.read)]


@pytest.mark.parametrize(("reporter", "read"), FORMATS, ids=["cyclonedx", "spdx"])
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
