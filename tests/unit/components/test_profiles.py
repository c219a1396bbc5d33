from msgspec.structs import replace

from careen.components.profiles import elements_of
from tests.support.reports import usual
from tests.unit.reports.test_spdx3 import detailed


def missing(report, profile):
    return {element.name for element in elements_of(report, profile) if not element.complete}


def test_a_profile_names_what_is_missing():
    assert "dependency relationships" in missing(usual(), "ntia")
    assert "dependency relationships" not in missing(detailed(), "ntia")
    assert {"hash", "licence"} <= missing(detailed(), "cisa-2025")
    without = {element.name: element.missing for element in elements_of(detailed(), "cisa-2025")}
    assert not any("Jinja2" in purl or "jinja2" in purl for purl in without["hash"])


def test_labels_name_the_supplier_of_the_image():
    report = usual()
    labels = {"org.opencontainers.image.vendor": "Example"}
    named = replace(report, image=replace(report.image, config=replace(report.image.config, labels=labels)))
    assert "supplier of the image" not in missing(named, "ntia")
    assert "supplier of the image" in missing(
        replace(report, image=replace(report.image, config=replace(report.image.config, labels={}))), "ntia"
    )
