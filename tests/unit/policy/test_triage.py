"""Which image and packages a VEX statement made from a report is about."""

import pytest
from msgspec.structs import replace
from tests.support.reports import DIGEST, usual

from careen.errors import UsageError
from careen.formats.images.reference import image_purl
from careen.model.finding import Suppressed, SuppressedBy
from careen.policy.triage import statements_about, statements_of_ignores


def of(reference, digest=DIGEST):
    report = usual()
    return replace(report, image=replace(report.image, reference=reference, digest=digest))


def test_without_a_digest_the_packages_themselves():
    report = of("nginx:1.27", "")
    assert image_purl(report.image) is None
    (statement,) = statements_about(report, ["CVE-2023-5678"], "not_affected", "not reached")
    assert [(len(one.names), one.components) for one in statement.products] == [(1, ()), (1, ())]


def test_the_image_with_the_packages_that_have_it():
    (statement,) = statements_about(usual(), ["cve-2023-5678"], "not_affected", "not reached")
    (product,) = statement.products
    assert product.names == (image_purl(usual().image),)
    assert [name.partition("@")[0] for (name,) in product.components] == ["pkg:deb/debian/libssl3", "pkg:deb/debian/openssl"]
    (statement,) = statements_about(usual(), ["CVE-2023-5678"], "not_affected", "not reached", any_image=True)
    assert [name.partition("@")[0] for one in statement.products for name in one.names] == [
        "pkg:deb/debian/libssl3", "pkg:deb/debian/openssl",
    ]  # fmt: skip


def test_named_packages_are_covered_and_unknown_names_refused():
    (statement,) = statements_about(usual(), ["GHSA-jfh8-c2jp-5v3q"], "fixed", "built anew")
    assert statement.ids == ("CVE-2021-44228", "GHSA-jfh8-c2jp-5v3q")
    (statement,) = statements_about(usual(), ["CVE-2023-5678"], "fixed", "built anew", packages=("openssl",))
    ((only,),) = statement.products[0].components
    assert only.startswith("pkg:deb/debian/openssl@")
    for ids, packages in ((["CVE-1999-1"], ()), (["CVE-2023-5678"], ("Jinja2",))):
        with pytest.raises(UsageError, match="is not found"):
            statements_about(usual(), ids, "fixed", "built anew", packages)


def test_ignore_rules_without_a_reason_justify_nothing(caplog):
    report = usual()
    first, second = report.findings[:2]

    def ignored(finding, reason, kind="ignore"):
        return Suppressed(finding, SuppressedBy(kind, ".careenignore", reason))

    report = replace(report, suppressed=(ignored(first, ""), ignored(second, "not reached"), ignored(second, "x", "vex")))
    (statement,) = statements_of_ignores(report, "not_affected")
    assert [name.partition("@")[0] for (name,) in statement.products[0].components] == [second.package.partition("@")[0]]
    assert "has no reason and is skipped" in caplog.text
    with pytest.raises(UsageError, match="no ignore rule"):
        statements_of_ignores(replace(report, suppressed=(ignored(first, ""),)), "not_affected")


def test_an_erratum_of_several_vulnerabilities_is_no_name_of_one():
    report = usual()
    found = tuple(replace(finding, aliases=("RHSA-1", f"GHSA-{finding.id}")) for finding in report.findings)
    (statement,) = statements_about(replace(report, findings=found), ["CVE-2023-5678"], "not_affected", "not reached")
    assert statement.ids == ("CVE-2023-5678", "GHSA-CVE-2023-5678")
