import io
import json

import pytest
from msgspec.structs import replace
from tests.support.reports import JINJA, KERNEL, LIBSSL, LOG4J, ROOT_USER, TOKEN, faulty, usual, vulnerability

from careen.formats.scans.other_scan import read_other
from careen.matching.reconcile import reconcile
from careen.model.advisory import Cvss
from careen.model.finding import Fix, IntegrityFinding, Location
from careen.model.package import Evidence, Package, Source
from careen.plugins import ReportOptions
from careen.reports.trivy_json import REPORTER


def written(report, **options):
    stream = io.StringIO()
    REPORTER.write(report, stream, ReportOptions(**options))
    return json.loads(stream.getvalue())


def of(*findings, packages=(LIBSSL, JINJA, LOG4J), **changes):
    report = usual()
    inventory = replace(report.inventory, packages=packages)
    return written(replace(report, findings=findings, suppressed=(), inventory=inventory, **changes))


def only(document):
    (found,) = [entry for result in document["Results"] for entry in result.get("Vulnerabilities", [])]
    return found


def test_the_same_findings_are_read_back():
    report = usual()
    other = read_other(json.dumps(written(report)).encode())
    assert other.scanner == "trivy"
    expected = {
        ((found.id, *found.aliases), found.package_name, found.package_version, found.package, found.fix.versions, suppressed)
        for found, suppressed in [
            *((found, False) for found in report.findings),
            *((entry.finding, True) for entry in report.suppressed),
        ]
    }
    claims = {(claim.ids, claim.package, claim.version, claim.purl, claim.fixed, claim.suppressed) for claim in other.claims}
    assert claims == expected
    assert other.packages == {package.name.lower() for package in report.inventory.packages}
    found = reconcile(report, other, None)
    assert (found.agreed, found.aliases, found.theirs, found.ours) == (len(report.findings), (), (), ())


def test_packages_are_grouped_as_by_trivy():
    lock = replace(JINJA, name="flask", evidence=(Evidence("app/poetry.lock", 1),))
    program = Package("golang", None, "example.org/x", "v1.0.0", evidence=(Evidence("usr/bin/x", 1),))
    document = of(packages=(LIBSSL, JINJA, LOG4J, lock, program, Package("conan", None, "zlib", "1")))
    assert [(result["Target"], result["Class"], result["Type"]) for result in document["Results"]] == [
        ("registry.example/shop/service:1.4 (debian 12)", "os-pkgs", "debian"),
        ("conan", "lang-pkgs", "conan"),
        ("usr/bin/x", "lang-pkgs", "gobinary"),
        ("Java", "lang-pkgs", "jar"),
        ("app/poetry.lock", "lang-pkgs", "poetry"),
        ("Python", "lang-pkgs", "python-pkg"),
    ]


def test_fields_that_careen_cannot_fill_are_absent():
    plain = vulnerability("CVE-1", LIBSSL, fix=Fix("open"), advisories=(), severity_source=None, layer=None)
    assert only(of(plain)) == {
        "VulnerabilityID": "CVE-1",
        "PkgID": "libssl3@3.0.11-1~deb12u2",
        "PkgName": "libssl3",
        "PkgIdentifier": {"PURL": LIBSSL.purl},
        "InstalledVersion": "3.0.11-1~deb12u2",
        "Status": "affected",
        "Severity": "HIGH",
    }


def test_scores_by_source_and_version():
    scores = (Cvss("nvd", "2.0", "two", 5.0), Cvss("nvd", "3.0", "old", 6.0), Cvss("nvd", "3.1", "new", 7.0))
    found = only(of(vulnerability("CVE-1", JINJA, cvss=(*scores, Cvss("ghsa", "4.0", "four", 8.0), Cvss("x", "9", "v", 1.0)))))
    assert found["CVSS"] == {
        "ghsa": {"V40Vector": "four", "V40Score": 8.0},
        "nvd": {"V3Vector": "new", "V3Score": 7.0, "V2Vector": "two", "V2Score": 5.0},
    }
    assert found["PkgPath"] == JINJA.evidence[0].path


@pytest.mark.parametrize(
    ("published", "expected"),
    [
        ("2024-02-03", "2024-02-03T00:00:00Z"),
        ("2024-02-03T04:05:06Z", "2024-02-03T04:05:06Z"),
        ("2024-02-03T04:05:06.7+02:00", "2024-02-03T02:05:06Z"),
        ("0001-01-01T00:00:00+14:00", None),
        ("2024-02-31", None),
        ("soon", None),
        (None, None),
    ],
)
def test_dates_are_those_that_strict_readers_accept(published, expected):
    assert only(of(vulnerability("CVE-1", JINJA, published=published))).get("PublishedDate") == expected


def test_digests_are_those_that_strict_readers_accept():
    image = usual().image
    assert len(of()["Metadata"]["DiffIDs"]) == 3
    broken = replace(image, layers=(replace(image.layers[0], diff_id="sha256:no"), *image.layers[1:]))
    metadata = of(image=broken)["Metadata"]
    assert "DiffIDs" not in metadata
    assert metadata["ImageConfig"] == {"architecture": "amd64", "os": "linux"}


@pytest.mark.parametrize(
    ("package", "parts"),
    [
        (LIBSSL, {"Version": "3.0.11", "Release": "1~deb12u2", "SrcVersion": "3.0.11", "SrcRelease": "1~deb12u2"}),
        (
            replace(LIBSSL, version="1:2-3-4", source=Source("s", "5")),
            {"Epoch": 1, "Version": "2-3", "Release": "4", "SrcVersion": "5"},
        ),
        (replace(LIBSSL, version="x:1-2", source=None), {"Version": "x:1", "Release": "2"}),
        (replace(LIBSSL, type="apk", version="1.2-r3", source=None), {"Version": "1.2-r3"}),
    ],
)
def test_versions_of_distribution_packages(package, parts):
    (entry,) = of(packages=(package,))["Results"][0]["Packages"]
    names = ("Epoch", "Version", "Release", "SrcEpoch", "SrcVersion", "SrcRelease")
    assert {name: entry[name] for name in names if name in entry} == parts


def test_misconfigurations_and_secrets():
    report = faulty()
    changed = IntegrityFinding("SYS-1", "Modified", "high", Location("usr/bin/x"), "why", "fix", (), "f")
    results = {
        (result["Class"], result["Target"]): result
        for result in written(replace(report, findings=(*report.findings, changed)))["Results"]
    }
    (root, other) = results["config", "build/Dockerfile"]["Misconfigurations"]
    assert results["config", "build/Dockerfile"]["Type"] == "dockerfile"
    assert (root["ID"], root["Message"], root["Status"]) == (ROOT_USER.id, ROOT_USER.message, "FAIL")
    assert (root["CauseMetadata"], other["CauseMetadata"]) == ({"StartLine": 7, "EndLine": 9}, {})
    (aside,) = results["config", "build/Dockerfile"]["ExperimentalModifiedFindings"]
    assert (aside["Type"], aside["Status"], aside["Statement"]) == ("misconfiguration", "ignored", "a test image")
    (secret,) = results["secret", "app/settings.py"]["Secrets"]
    assert (secret["RuleID"], secret["StartLine"], secret["Match"], secret["Severity"]) == (
        TOKEN.id,
        3,
        TOKEN.match,
        "CRITICAL",
    )
    assert results["config", "usr/bin/x"]["Misconfigurations"][0]["ID"] == "SYS-1"


def test_suppressed_by_vex_is_not_affected():
    statuses = {
        aside["Finding"]["VulnerabilityID"]: aside["Status"]
        for result in written(usual())["Results"]
        for aside in result.get("ExperimentalModifiedFindings", [])
    }
    assert statuses == {"CVE-2023-0001": "ignored", "CVE-2023-0002": "not_affected"}


def test_where_the_image_is_from():
    opened = replace(usual().image, opened="registry:registry.example/shop/service:1.4")
    metadata = of(image=opened)["Metadata"]
    assert metadata["RepoTags"] == ["registry.example/shop/service:1.4"]
    assert metadata["RepoDigests"] == [f"registry.example/shop/service@{opened.digest}"]
    assert "RepoTags" not in of()["Metadata"]
    assert "EOSL" not in of()["Metadata"]["OS"]
    assert of(end_of_life="2020-01-01")["Metadata"]["OS"]["EOSL"] is True


def test_severities_restrict_what_is_listed():
    document = written(usual(), severities=frozenset({"negligible"}))
    assert (only(document)["VulnerabilityID"], only(document)["Severity"]) == ("CVE-2007-6755", "LOW")


def test_a_finding_whose_package_is_not_in_the_inventory_has_its_place():
    document = of(vulnerability("CVE-1", KERNEL), vulnerability("CVE-2", replace(JINJA, name="other")), packages=())
    assert [(result["Class"], result["Type"]) for result in document["Results"]] == [
        ("os-pkgs", "debian"),
        ("lang-pkgs", "python-pkg"),
    ]
