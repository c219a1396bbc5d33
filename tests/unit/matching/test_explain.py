import pytest
from msgspec.structs import replace
from tests.support.matching import (
    ALMA,
    DEBIAN,
    ECOSYSTEMS,
    SCHEMES,
    advisory,
    deb,
    info,
    knowledge,
    pypi,
    release_key,
    rpm,
    run,
)
from tests.support.reports import clean, vulnerability

from careen.database.combined import FallbackKnowledge
from careen.matching.explain import Explainer, explain
from careen.matching.explain_texts import range_text
from careen.matching.keys import Key
from careen.model.advisory import Listed, Malicious, Range, VulnerabilityRecord
from careen.model.finding import Suppressed, SuppressedBy
from careen.model.inventory import Inventory
from careen.model.package import Distribution, Evidence, Package, Source
from careen.plugins import VersionScheme

OWNER = deb("python3-django", "4.2.1-1", evidence=())


def explained(id, wanted, packages, records, distribution=DEBIAN, suppress=None):
    matched = run(packages, records, distribution)
    report = replace(clean(), inventory=Inventory(distribution, tuple(packages)), findings=matched.findings)
    if suppress:
        report = replace(report, findings=(), suppressed=tuple(Suppressed(one, suppress) for one in matched.findings))
    return explain(id, wanted, report, knowledge(*records), SCHEMES, ECOSYSTEMS)


def only(*arguments, **more):
    (one,) = explained(*arguments, **more).of_packages
    return one


def test_a_found_vulnerability():
    one = only("CVE-2026-0001", None, [deb()], [advisory(severity="high"), info()])
    assert (one.outcome, one.why) == ("found", "3.0.11-1 < 3.0.13-1 (deb order, Debian 12); confirmed")
    assert one.assessed_as == "openssl 3.0.11-1 by the advisories of Debian 12, in deb order"
    (statement,) = one.statements
    assert (statement.source, statement.status, statement.affects, statement.counts) == ("debian", "fixed", True, True)
    assert statement.comparisons == ("3.0.11-1 is below 3.0.13-1, which fixes it",)
    assert [(asked.source, asked.names_it) for asked in one.sources] == [("debian", True)]
    assert one.finding.id == "CVE-2026-0001"


def test_an_overruled_source_is_listed_and_does_not_count():
    better = knowledge(advisory(fixed="3.0.11-1"), info(partial=True))
    second = knowledge(advisory(source="debian-archive"), info(source="debian-archive", partial=True))
    report = replace(clean(), inventory=Inventory(DEBIAN, (deb(),)), findings=())
    (one,) = explain("CVE-2026-0001", "libssl3", report, FallbackKnowledge(better, second), SCHEMES, ECOSYSTEMS).of_packages
    assert one.outcome == "not_found"
    assert [(statement.source, statement.affects, statement.counts) for statement in one.statements] == [
        ("debian", False, False),
        ("debian-archive", True, False),
    ]
    assert one.statements[1].why.startswith("the database names it for this package")


def test_an_installed_fix_is_why_it_is_not_found():
    one = only("CVE-2026-0001", "libssl3", [deb(source=None, version="3.0.14-1")], [advisory(fixed="3.0.11-1"), info()])
    assert one.outcome == "not_found"
    assert one.why == "3.0.11-1 is not below 3.0.11-1, which fixes it"
    assert not one.statements[0].affects


def test_packages_of_a_name_that_only_other_advisories_have():
    report = replace(clean(), inventory=Inventory(DEBIAN, (deb(), pypi())), findings=())
    explainer = Explainer(report, knowledge(info()), SCHEMES, ECOSYSTEMS)
    found = explainer.explain("CVE-2026-0001", None, {"OpenSSL", "libfoo"})
    assert found.are_namesakes
    assert [(one.name, one.outcome) for one in found.of_packages] == [("libssl3", "not_found")]
    nothing = explainer.explain("CVE-2026-0001", None, {"libfoo"})
    assert (nothing.are_namesakes, nothing.of_packages) == (False, ())


def test_the_name_of_a_package_is_no_vulnerability():
    assert explained("OpenSSL", None, [deb()], [info()]).is_of_package is False
    assert explained("openssl", None, [deb()], [info()]).is_of_package
    assert not explained("CVE-2026-0001", None, [deb()], [advisory(), info()]).is_of_package


def test_packages_that_a_source_names_come_without_namesakes():
    report = replace(clean(), inventory=Inventory(DEBIAN, (deb(), deb("other", source=Source("other", "1")))), findings=())
    explainer = Explainer(report, knowledge(advisory(), info()), SCHEMES, ECOSYSTEMS)
    found = explainer.explain("CVE-2026-0001", None, {"other"})
    assert (found.are_namesakes, [one.name for one in found.of_packages]) == (False, ["libssl3"])


def test_a_package_for_which_no_source_names_it():
    one = only("CVE-2026-0001", "openssl", [deb()], [advisory("CVE-2026-0002"), info()])
    assert (one.outcome, one.why) == ("not_found", "none of the sources names this vulnerability for this package")
    assert [(asked.source, asked.names_it, asked.as_of) for asked in one.sources] == [("debian", False, "2026-05-31")]
    assert explained("CVE-2026-0001", None, [deb()], [advisory("CVE-2026-0002"), info()]).of_packages == ()


def test_all_ids_of_a_vulnerability_are_accepted():
    records = [
        advisory(aliases=("DSA-5",)),
        VulnerabilityRecord("GHSA-1", "ghsa", ("CVE-2026-0001",), "Boom", published="2026-01-01"),
    ]
    for id in ("CVE-2026-0001", "DSA-5", "GHSA-1"):
        found = explained(id, None, [deb()], records)
        assert found.of_packages[0].outcome == "found"
        assert set(found.ids) >= {"CVE-2026-0001", "DSA-5"}
    assert explained("GHSA-1", None, [deb()], records).records[0].summary == "Boom"


def test_an_erratum_of_several_vulnerabilities_is_not_an_alias():
    records = [advisory("DSA-5", aliases=("CVE-2026-0001", "CVE-2026-0002")), advisory("CVE-2026-0002", "3.0.12-1")]
    found = explained("CVE-2026-0001", None, [deb()], records)
    assert found.ids == ("CVE-2026-0001",)
    assert [one.id for one in found.of_packages[0].statements] == ["DSA-5"]


def test_why_a_statement_does_not_count():
    silenced = only("CVE-2026-0001", "libssl3", [deb()], [advisory(), advisory(fixed=None, status="not_affected")])
    assert silenced.outcome == "not_found"
    assert {one.why for one in silenced.statements} == {
        "Debian 12 states that the package is not affected", "not affected: this rules the vulnerability out",
    }  # fmt: skip
    open = only("CVE-2026-0001", "libssl3", [deb()], [advisory(fixed=None, status="undetermined")])
    assert open.why == "does not state whether the package is affected"
    known = [advisory(fixed="3.0.11-1"), advisory(source="osv")]
    doubted = only("CVE-2026-0001", "libssl3", [deb()], known)
    assert doubted.outcome == "not_found"
    assert "the distribution's own source knows the vulnerability, and this version is not affected" in {
        one.why for one in doubted.statements
    }


def test_another_stream_of_an_rpm():
    package = rpm("nodejs", "1:18.1-1.module_el8", module="nodejs:18:8090:x")
    record = advisory(fixed="1:20.1-1.module_el8", namespace="almalinux:8", package="nodejs", module="nodejs:20")
    one = only("CVE-2026-0001", "nodejs", [package], [record], ALMA)
    assert (one.outcome, one.why) == ("not_found", "is about another module stream, architecture or line of builds")


def test_the_distribution_takes_precedence():
    django = pypi(owned_by=OWNER.purl)
    records = [
        advisory("PYSEC-1", "4.2.3", "PyPI", "django", aliases=("CVE-2026-0001",)),
        advisory(fixed="3.0.11-1"),
    ]
    one = only("CVE-2026-0001", "django", [replace(OWNER, vendor="distribution"), django], records)
    assert one.outcome == "not_found"
    assert one.why == "the distribution takes precedence: it has assessed the vulnerability"
    complete = only("CVE-2026-0001", "django", [replace(OWNER, vendor="distribution"), django], [*records, info(unfixed=True)])
    assert complete.outcome == "not_judged"
    assert "unfixed vulnerabilities included" in complete.why


@pytest.mark.parametrize(
    ("package", "why"),
    [
        (Package("brew", None, "x", "1"), "no advisory source covers brew packages"),
        (
            deb("x", source=Source("x", "1"), vendor="third_party"),
            "a third party built it, and no source is known to cover it under that name",
        ),
        (
            Package("deb", "parrot", "x", "1", distro="parrot-6.0"),
            "no source covers its distribution or its build",
        ),
    ],
)
def test_a_package_that_no_source_covers(package, why):
    one = only("CVE-1", "x", [package], [])
    assert (one.outcome, one.why, one.assessed_as) == ("not_judged", why, "")


def test_a_finding_by_content_has_its_own_reason():
    copy = Package("generic", None, "libpng", "", evidence=(Evidence("opt/libpng.so", 0),))
    one = vulnerability("CVE-2026-0001", copy, reason="code of libpng, by its content", confidence="possible")
    report = replace(clean(), inventory=Inventory(DEBIAN, (copy,)), findings=(one,))
    (found,) = explain("CVE-2026-0001", None, report, knowledge(info()), SCHEMES, ECOSYSTEMS).of_packages
    assert (found.outcome, found.why) == ("found", "code of libpng, by its content; possible")


def test_without_a_feed_nothing_is_assessed():
    one = only("CVE-1", "django", [pypi()], [])
    assert (one.outcome, one.why) == ("not_judged", "no source covers PyPI")
    report = replace(clean(), inventory=Inventory(DEBIAN, (deb(),)))
    (one,) = explain("CVE-1", "libssl3", report, None, SCHEMES, ECOSYSTEMS).of_packages
    assert (one.outcome, one.why) == ("not_judged", "there is no advisory database")


def test_a_suppressed_finding():
    by = SuppressedBy("vex", "v.json", "component_not_present", "2027-01-01")
    one = only("CVE-2026-0001", None, [deb()], [advisory()], suppress=by)
    assert (one.outcome, one.why) == ("set_aside", "vex (v.json): component_not_present, until 2027-01-01")
    assert one.by == by


def test_malicious_packages():
    one = only("MAL-1", None, [pypi()], [Malicious("MAL-1", "PyPI", "django", ("4.2.1",))])
    assert one.outcome == "found"
    assert one.statements[0].comparisons == ("4.2.1 is among 1 versions",)


KEY = Key(VersionScheme("deb", release_key))


@pytest.mark.parametrize(
    ("range", "version", "words"),
    [
        (Range(None, "3"), "2", "2 is below 3, which fixes it"),
        (Range("0", "3"), "3", "3 is not below 3, which fixes it"),
        (Range("1", "3"), "2", "2 is not below 1, which introduced it, and below 3, which fixes it"),
        (Range("1", "3"), "0", "0 is below 1, which introduced it"),
        (Range("1", "3", after=True), "1", "1 is not above 1, which introduced it"),
        (Range(None, None, "3"), "3", "3 is not above 3, the last affected version"),
        (Range(None, None, "3"), "4", "4 is above 3, the last affected version"),
        (Range("1"), "4", "4 is not below 1, which introduced it, and no version fixes it"),
        (Range(), "4", "4 is affected: no version fixes it"),
        (Range(None, "x"), "4", "'x', an end of the range, is not a version: the range matches nothing"),
        (Range(None, "1"), "x", "'x' is not a version"),
    ],
)
def test_ranges_in_words(range, version, words):
    assert range_text(range, version, KEY) == words


def test_a_package_by_its_purl():
    for wanted in (deb().purl, "pkg:deb/debian/libssl3", "openssl", "LIBSSL3"):
        assert explained("CVE-2026-0001", wanted, [deb(), pypi()], [advisory()]).of_packages[0].name == "libssl3"
    assert explained("CVE-2026-0001", "nothing", [deb()], [advisory()]).of_packages == ()


def test_a_program_by_its_cpe_name():
    cpe = "cpe:2.3:a:f5:nginx:1.24.0:*:*:*:*:*:*:*"
    nginx = Package("generic", None, "nginx", "1.24.0", cpe=cpe, evidence=(Evidence("usr/sbin/nginx", 0),))
    records = [
        advisory("BIT-nginx-2026-0001", "1.24.1", "Bitnami", "nginx", aliases=("CVE-2026-0001",), source="bitnami"),
        advisory(fixed="1.25.3", namespace="cpe", package="f5:nginx", source="nvd"),
        advisory("CVE-2026-0002", "1.25.3", "cpe", "f5:nginx", source="nvd", systems=("other",)),
        info("Bitnami", "osv/Bitnami", unfixed=True),
        info("cpe", "nvd", partial=True, unfixed=True),
    ]
    one = only("CVE-2026-0001", "nginx", [nginx], records)
    assert one.assessed_as.startswith("nginx 1.24.0, an upstream version, as Bitnami nginx, CPE f5:nginx, ")
    assert [(statement.source, statement.package, statement.comparisons[0]) for statement in one.statements] == [
        ("bitnami", "nginx", "1.24.0 is below 1.24.1, which fixes it"),
        ("nvd", "f5:nginx", "1.24.0 is below 1.25.3, which fixes it"),
    ]
    assert [(asked.source, asked.names_it) for asked in one.sources] == [("osv/Bitnami", True), ("nvd", True)]
    other = only("CVE-2026-0002", "nginx", [nginx], records)
    assert (other.outcome, other.why) == ("not_found", "affects other operating systems")


def test_an_advisory_without_ranges_and_versions_is_about_every_version():
    whole = advisory("CVE-1", ranges=())
    one = only("CVE-1", None, [deb()], [whole, info()])
    assert (one.outcome, one.statements[0].comparisons) == ("found", ("every version is affected",))


def test_a_vulnerability_that_only_long_term_support_fixes():
    suse = Distribution("sles", "12.5")
    records = [
        info("sles:12.5", "suse"),
        info("sles-ltss:12.5", "suse"),
        advisory("CVE-1", "1.2-9.1", "sles-ltss:12.5", "kettle", source="suse"),
    ]

    def kettle(version):
        return only("CVE-1", None, [Package("rpm", "suse", "kettle", version, distro="sles-12.5")], records, suse)

    one = kettle("1.2-5.1")
    assert one.outcome == "found"
    assert one.why.endswith("1.2-9.1 fixes it for customers of SUSE Linux Enterprise LTSS; confirmed")
    assert [(statement.affects, statement.counts) for statement in one.statements] == [(True, True)]
    assert one.statements[0].why == "a fix for customers of paid support only"
    assert kettle("1.2-9.1").outcome == "not_found"


def test_a_package_of_a_newer_release_by_the_advisories_that_matching_took():
    package = deb("libssl3", "3.5.0-1", Source("openssl", "3.5.0-1"), maintainer="Jane Person <jane@example.net>")
    offered = (Listed("debian:12", "openssl", ("3.0.17-1",)), Listed("debian:sid", "openssl", ("3.5.4-1",)))
    unstable = advisory("CVE-2026-0001", "3.5.1-1", "debian:sid"), info("debian:sid", unfixed=True)
    one = only("CVE-2026-0001", None, [package], [*offered, *unstable, advisory(), info(unfixed=True)])
    assert (one.outcome, one.assessed_as) == ("found", "openssl 3.5.0-1 by the advisories of Debian sid, in deb order")
