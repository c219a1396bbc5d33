from msgspec.structs import replace
from tests.support.reports import JINJA, LIBSSL, LOG4J, clean, usual, vulnerability
from tests.unit.output.test_gitlab_report import report_of

from careen.model.finding import Location
from careen.reports.gitlab_dependencies import REPORTER as DEPENDENCIES


def test_packages_of_the_distribution_are_elsewhere_and_counted():
    report = replace(clean(), findings=(vulnerability("CVE-1", LIBSSL), vulnerability("CVE-2", JINJA)))
    document = report_of(report, DEPENDENCIES)
    (entry,) = document["vulnerabilities"]
    assert entry["location"] == {
        "file": JINJA.evidence[0].path,
        "dependency": {"package": {"name": "Jinja2"}, "version": "3.0.1"},
    }
    assert document["scan"]["messages"][-1]["value"] == "not in this report: 1 finding of other kinds, packages or severities"


def test_all_packages_of_languages_are_listed_by_file():
    files = {one["path"]: one for one in report_of(clean(), DEPENDENCIES)["dependency_files"]}
    assert set(files) == {JINJA.evidence[0].path, LOG4J.evidence[0].path}
    assert files[JINJA.evidence[0].path]["package_manager"] == "pip"
    assert files[LOG4J.evidence[0].path]["dependencies"] == [
        {"package": {"name": "org.apache.logging.log4j/log4j-core"}, "version": "2.14.1"}
    ]


def test_the_line_that_installs_it_comes_first_and_the_image_last():
    lined = vulnerability("CVE-1", JINJA, location=Location("Dockerfile", 3))
    nowhere = vulnerability("CVE-2", JINJA, paths=())
    document = report_of(replace(clean(), findings=(lined, nowhere)), DEPENDENCIES)
    assert [one["location"]["file"] for one in document["vulnerabilities"]] == [
        "Dockerfile",
        "registry.example/shop/service:1.4",
    ]


def test_a_package_without_a_place_is_one_of_the_image():
    base = usual()
    packages = (replace(JINJA, evidence=()),)
    document = report_of(replace(base, inventory=replace(base.inventory, packages=packages)), DEPENDENCIES)
    assert [one["path"] for one in document["dependency_files"]] == [base.image.reference]
