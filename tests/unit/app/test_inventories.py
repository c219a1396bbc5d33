import pytest

from careen.app.inventories import inventory_diff, inventory_of_packages, inventory_report
from careen.app.session import Session
from careen.config import Settings
from careen.errors import InputError


@pytest.fixture
def settings(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "before.purls").write_text("pkg:npm/left-pad@1.0.0\npkg:npm/gone@1.0.0\n")
    (tmp_path / "after.purls").write_text("pkg:npm/left-pad@1.1.0\n")
    return Settings(cache_dir=tmp_path / "cache", offline=True)


def test_a_report_without_any_assessment(settings):
    with Session(settings) as session:
        report = inventory_report("./before.purls", session)
    assert [package.name for package in report.inventory.packages] == ["left-pad", "gone"]
    assert (report.findings, report.coverage.verdict, report.verdict.exit_code) == ((), "not_assessed", 0)
    assert [(reason.code, reason.packages) for reason in report.coverage.reasons] == [("inventory_only", 2)]


def test_what_changed_between_two(settings):
    compared = inventory_diff("./before.purls", "./after.purls", settings)
    assert [image.reference for image in compared.images] == ["./before.purls", "./after.purls"]
    assert (compared.packages, compared.shared_layers) == ((2, 1), 0)
    assert sorted((change.how, change.name) for change in compared.changes) == [("removed", "gone"), ("upgraded", "left-pad")]


def test_an_inventory_of_package_urls_alone():
    django = inventory_of_packages(["pkg:pypi/Django@3.0"])[1].packages[0]
    image, inventory = inventory_of_packages(["pkg:deb/debian/curl@7.88.1?distro=debian-12", django, django])
    assert (image.kind, image.layers) == ("sbom", ())
    assert [package.purl for package in inventory.packages][1:] == ["pkg:pypi/django@3.0"]
    assert (inventory.distribution.id, inventory.distribution.version) == ("debian", "12")
    with pytest.raises(InputError, match="django 3"):
        inventory_of_packages(["django 3.0"])
