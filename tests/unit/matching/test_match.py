from msgspec import structs
from tests.support.matching import (
    ALMA,
    DEBIAN,
    ECOSYSTEMS,
    SCHEMES,
    TODAY,
    advisory,
    codes,
    deb,
    ids,
    info,
    knowledge,
    pypi,
    rpm,
    run,
)

from careen.matching.match import match
from careen.model.advisory import Epss, Exploited, Malicious, Range, Support, VulnerabilityRecord
from careen.model.finding import AdvisoryReference
from careen.model.inventory import Inventory
from careen.model.package import Distribution, Package, Source


def test_a_deb_is_assessed_by_its_source_package_and_its_version():
    binary = deb(version="3.0.11-1+b2")
    (found,) = run([binary], [advisory()]).findings
    assert (found.id, found.package, found.package_name) == ("CVE-2026-0001", binary.purl, "libssl3")
    assert found.reason == "3.0.11-1 < 3.0.13-1 (deb order, Debian 12)"
    assert (found.fix.state, found.fix.versions) == ("fixed", ("3.0.13-1",))
    assert (found.severity, found.severity_source, found.confidence, found.layer) == ("unknown", None, "confirmed", 0)
    assert found.advisories == (AdvisoryReference("CVE-2026-0001", "debian"),)
    assert run([deb(source=Source("openssl", "3.0.13-1"))], [advisory()]).findings == ()


def test_the_name_of_a_binary_package_is_not_taken_for_a_source_package():
    assert run([deb(name="openssl", source=Source("other", "1"))], [advisory()]).findings == ()


def test_advisories_of_another_release_do_not_count():
    assert run([deb()], [advisory(namespace="debian:13")]).findings == ()
    assert ids(run([deb()], [advisory(namespace="debian:12")])) == ["CVE-2026-0001"]


def test_an_apk_is_assessed_by_its_origin():
    package = Package("apk", "alpine", "ssl_client", "1.31.1", source=Source("busybox", "1.31.1"), distro="alpine-3.18.4")
    records = [advisory(namespace="alpine:3.18", package="busybox", fixed="1.31.2")]
    matched = run([package], records, Distribution("alpine", "3.18.4"))
    assert [found.reason for found in matched.findings] == ["1.31.1 < 1.31.2 (apk order, Alpine 3.18)"]


def test_an_rpm_is_assessed_by_its_own_name_and_stream():
    packages = [
        rpm("openssl-libs", "1:1.1.1-9", source=Source("openssl", "1.1.1-9")),
        rpm("nodejs", "1:18.1.0-1.module_el8+5", module="nodejs:18:8060:abc"),
        rpm("npm", "1:8.1.0-1.module_el8+5"),
    ]
    records = [
        advisory("ALSA-1", "1:1.1.1-10", "almalinux:8", "openssl-libs", aliases=("CVE-1", "CVE-2")),
        advisory("ALSA-2", "1:20.5.0-1.module_el8+9", "almalinux:8", "nodejs", aliases=("CVE-3",), module="nodejs:20"),
        advisory("ALSA-3", "1:18.5.0-1.module_el8+9", "almalinux:8", "nodejs", aliases=("CVE-4",), module="nodejs:18"),
        advisory("ALSA-4", "1:9.0.0-1.module_el8+9", "almalinux:8", "npm", aliases=("CVE-5",), module="nodejs:18"),
        advisory("ALSA-5", "9", "almalinux:8", "openssl", aliases=("CVE-6",)),
    ]
    matched = run(packages, records, ALMA)
    assert sorted(ids(matched)) == ["CVE-1", "CVE-2", "CVE-4"]
    assert matched.findings[0].aliases == ("ALSA-1",)
    assert codes(matched)["unassessed_package"].packages == 1


def test_one_erratum_with_several_builds_is_fixed_by_any_of_them():
    builds = tuple(Range(None, f"1.0.5-18.module_el8.{minor}.0+1") for minor in (3, 5, 6))
    records = [advisory("ALSA-1", None, "almalinux:8", "judy", aliases=("CVE-1",), ranges=builds)]
    label = {"module": "mariadb:10.3:8060:abc"}
    assert ids(run([rpm("judy", "1.0.5-17.module_el8.3.0+1", **label)], records, ALMA)) == ["CVE-1"]
    assert ids(run([rpm("judy", "1.0.5-18.module_el8.3.0+1", **label)], records, ALMA)) == []
    apart = [advisory("ALSA-1", end.fixed, "almalinux:8", "judy", aliases=("CVE-1",)) for end in builds]
    assert ids(run([rpm("judy", "1.0.5-18.module_el8.3.0+1", **label)], apart, ALMA)) == []


def test_a_feed_that_names_source_packages_of_rpms():
    package = Package(
        "rpm", "azurelinux", "bind-utils", "9.16.14-1", source=Source("bind", "9.16.14-1"), distro="azurelinux-3.0"
    )
    records = [advisory(namespace="azurelinux:3.0", package="bind", fixed="0:9.16.15-1")]
    assert ids(run([package], records, Distribution("azurelinux", "3.0"))) == ["CVE-2026-0001"]


def test_language_packages_by_normalised_name():
    records = [advisory("PYSEC-1", "4.2.3", "PyPI", "zope-interface", aliases=("CVE-2", "GHSA-x"))]
    (found,) = run([pypi("Zope.Interface")], records, None).findings
    assert (found.id, found.aliases, found.layer) == ("CVE-2", ("GHSA-x", "PYSEC-1"), 1)
    assert found.reason == "4.2.1 < 4.2.3 (pep440 order, PyPI)"


def test_states_that_never_match():
    for status in ("undetermined", "not_affected"):
        assert run([deb()], [advisory(fixed=None, status=status)]).findings == ()


def test_not_affected_rules_out_only_the_same_vulnerability_of_the_same_package():
    denial = advisory(fixed=None, status="not_affected")
    records = [
        advisory("DSA-1", "3.0.13-1", aliases=("CVE-2026-0001", "CVE-2026-0002"), source="osv"),
        denial,
        advisory(package="zlib"),
    ]
    matched = run([deb(), deb("zlib1g", source=Source("zlib", "3.0.11-1"))], records)
    assert sorted((found.id, found.package_name) for found in matched.findings) == [
        ("CVE-2026-0001", "zlib1g"),
        ("CVE-2026-0002", "libssl3"),
    ]


def test_a_distributions_own_feed_outranks_a_copy():
    own, copy = advisory(fixed="3.0.10-1"), advisory("DSA-1", "3.0.12-1", aliases=("CVE-2026-0001",), source="osv")
    assert run([deb()], [own, copy]).findings == ()
    assert ids(run([deb()], [copy])) == ["CVE-2026-0001"]


def test_an_installed_fix_outranks_a_list_without_a_fix():
    unfixed, fixed = advisory(fixed=None, status="open"), advisory("DSA-1", "3.0.11-1", aliases=("CVE-2026-0001",))
    assert run([deb()], [unfixed, fixed]).findings == ()


def test_a_language_database_that_does_not_affect_the_version_casts_doubt():
    records = [
        advisory("PYSEC-1", "4.2.1", "PyPI", "django", aliases=("CVE-2",)),
        advisory("GHSA-x", "4.2.9", "PyPI", "django", aliases=("CVE-2",)),
    ]
    (found,) = run([pypi()], records).findings
    assert found.confidence == "possible"
    (found,) = run([pypi(version="4.1.0")], records).findings
    assert (found.confidence, found.fix.versions) == ("confirmed", ("4.2.1",))
    assert {reference.id for reference in found.advisories} == {"PYSEC-1", "GHSA-x"}


def test_the_next_fixed_version_is_the_lowest_above_the_installed_one():
    ranges = (Range("4.0", "4.2.5"), Range("5.0", "5.0.2"))
    (found,) = run([pypi()], [advisory("PYSEC-1", None, "PyPI", "django", ranges=ranges)]).findings
    assert found.fix.versions == ("4.2.5",)
    listed = advisory(
        "PYSEC-1", None, "PyPI", "django", versions=("4.2.1",), fixed_versions=("3.9", "4.2.1", "5.1", "4.10", "junk")
    )
    (found,) = run([pypi()], [listed]).findings
    assert found.fix.versions == ("4.10",)


def test_fix_states():
    def state(**fields):
        return run([pypi()], [advisory("PYSEC-1", None, "PyPI", "django", **fields)]).findings[0].fix.state

    assert state(status="wont_fix") == "wont_fix"
    assert state(status="deferred") == "deferred"
    assert state(status="end_of_life") == "end_of_life"
    assert state(status="open") == "open"
    assert state() == "open"
    assert state(ranges=(Range(None, None, "4.3"),)) == "unknown"


def test_enrichment():
    records = [
        advisory(severity="high"),
        Epss("CVE-2026-0001", 0.5, 0.9),
        Exploited("CVE-2026-0001", "2026-01-01"),
        VulnerabilityRecord("CVE-2026-0001", "nvd", summary="An\xa0overflow"),
    ]
    (found,) = run([deb()], records).findings
    assert (found.severity, found.severity_source, found.kev, found.epss.score) == ("high", "debian", True, 0.5)
    assert (found.risk, found.summary) == (80.0, "An overflow")


def test_without_the_catalogue_it_is_unknown_whether_a_vulnerability_is_exploited():
    def exploited(*sources):
        known = knowledge(advisory(), sources=sources)
        (found,) = match(Inventory(DEBIAN, (deb(),)), known, SCHEMES, ECOSYSTEMS, TODAY).findings
        return found.kev

    assert (exploited("debian"), exploited("debian", "kev")) == (None, False)


def test_a_malicious_package():
    records = [Malicious("MAL-1", "PyPI", "django", ("4.2.1",)), Malicious("MAL-2", "PyPI", "other")]
    matched = run([pypi(), pypi("other", "9"), pypi("third")], records)
    assert sorted((found.id, found.severity, found.risk) for found in matched.findings) == [
        ("MAL-1", "critical", 100.0),
        ("MAL-2", "critical", 100.0),
    ]
    assert run([pypi(version="4.2.2")], records).findings == ()


def test_the_confidence_of_a_package_caps_that_of_its_findings():
    records = [advisory("PYSEC-1", "4.2.3", "PyPI", "django", confidence="confirmed")]
    assert [run([pypi(confidence=value)], records).findings[0].confidence for value in (1.0, 0.7, 0.3)] == [
        "confirmed",
        "likely",
        "possible",
    ]
    for presence in ("shadowed", "declared"):
        assert run([pypi(presence=presence)], records).findings[0].confidence == "likely"
    guess = [advisory("PYSEC-1", "4.2.3", "PyPI", "django", confidence="possible")]
    assert run([pypi()], guess).findings[0].confidence == "possible"


def test_a_rebuild_stands_in_if_the_vendor_is_unknown():
    rocky = Distribution("rocky", "8.9")
    packages = [
        Package("rpm", "rocky", "curl", "7.61.1-30.el8", distro="rocky-8.9"),
    ]
    records = [
        info("almalinux:8", "almalinux"),
        advisory("ALSA-1", "7.61.1-33.el8", "almalinux:8", "curl", aliases=("CVE-1",)),
    ]
    matched = run(packages, records, rocky)
    (found,) = matched.findings
    assert (found.id, found.confidence) == ("CVE-1", "likely")
    assert found.reason == "7.61.1-30.el8 < 7.61.1-33.el8 (rpm order, AlmaLinux 8, standing in for Rocky Linux 8)"
    assert codes(matched)["stand_in"].packages == 1
    spoken = [*records, info("rocky:8", "rocky", packages=1, partial=True)]
    spoken.append(advisory("CVE-1", "7.61.1-30.el8", "rocky:8", "curl", source="osv"))
    assert run(packages, spoken, rocky).findings == ()


def test_a_rebuild_stands_in_for_the_streams_that_it_has():
    def php(name, version, stream="php:7.4"):
        return Package("rpm", "rocky", name, version, distro="rocky-8.9", module=f"{stream}:8:ab")

    records = [
        info("almalinux:8", "almalinux"),
        advisory("ALSA-1", "7.4.9-1.module_el8.5.0+70+abc", "almalinux:8", "php", aliases=("CVE-1",), module="php:7.4"),
        advisory("ALSA-2", "8.0.9-1.module_el8.5.0+70+abc", "almalinux:8", "php", aliases=("CVE-2",), module="php:8.0"),
        advisory("ALSA-3", "8.1.9-1.el8", "almalinux:8", "php", aliases=("CVE-3",)),
    ]
    rocky = Distribution("rocky", "8.9")
    matched = run([php("php", "7.4.1-1.module+el8.5.0+9+def"), php("php-cli", "7.4.1-1.module+el8.5.0+9+def")], records, rocky)
    assert [(found.id, found.confidence, found.fix.versions) for found in matched.findings] == [
        ("CVE-1", "likely", ("7.4.9-1.module_el8.5.0+70+abc",))
    ]
    assert {code: reason.packages for code, reason in codes(matched).items()} == {"stand_in": 2}
    same_release = php("php", "7.4.9-1.module+el8.5.0+9+def")  # the number of its build is lower
    assert run([same_release], records, rocky).findings == ()
    other = run([php("php", "7.3.1-1.module+el8.5.0+9+def", "php:7.3")], records, rocky)
    assert other.findings == ()
    assert codes(other)["partial_source"].packages == 1
    assert codes(other)["partial_source"].detail.endswith("module streams that AlmaLinux 8 has no advisory of: php:7.3")


def test_modules_of_centos_are_compared_without_the_numbers_of_builds():
    def php(version):
        return Package("rpm", "centos", "php", version, distro="centos-8", module="php:7.4:8:ab")

    records = [
        info("rhel:8", "redhat", unfixed=True),
        advisory("RHSA-1", "7.4.9-1.module+el8.5.0+7000+abc.2", "rhel:8", "php", aliases=("CVE-1",), module="php:7.4"),
    ]
    centos, rhel = Distribution("centos", "8"), Distribution("rhel", "8.5")
    assert run([php("7.4.9-1.module_el8.5.0+90+def.2")], records, centos).findings == ()
    assert ids(run([php("7.4.9-1.module_el8.5.0+90+def.1")], records, centos)) == ["CVE-1"]
    assert ids(run([structs.replace(php("7.4.9-1.module+el8.5.0+90+def.2"), distro="rhel-8.5")], records, rhel)) == ["CVE-1"]


def test_the_rebuild_adds_the_vulnerabilities_that_the_vendor_does_not_name():
    rhel = Distribution("rhel", "8.9")
    package = Package("rpm", "rhel", "curl", "7.61.1-30.el8", distro="rhel-8.9")
    records = [
        info("rhel:8", "redhat", packages=33),
        info("almalinux:8", "almalinux"),
        advisory("RHSA-1", "7.61.1-31.el8", "rhel:8", "curl", aliases=("CVE-1",), source="redhat"),
        advisory("ALSA-1", "7.61.1-33.el8", "almalinux:8", "curl", aliases=("CVE-1", "CVE-2")),
    ]
    matched = run([package], records, rhel)
    assert {found.id: (found.confidence, found.fix.versions) for found in matched.findings} == {
        "CVE-1": ("confirmed", ("7.61.1-31.el8",)),
        "CVE-2": ("likely", ("7.61.1-33.el8",)),
    }
    assert codes(matched)["stand_in"].detail == (
        "Red Hat Enterprise Linux 8: also assessed by the advisories of AlmaLinux 8, a rebuild with the same versions"
    )


def test_a_fix_that_only_paying_customers_get():
    ubuntu = Distribution("ubuntu", "18.04")
    records = [
        advisory(fixed=None, namespace="ubuntu:18.04", status="end_of_life"),
        advisory(fixed="3.0.11-1+esm2", namespace="ubuntu-pro:18.04", source="ubuntu"),
    ]

    def installed(version):
        package = deb(version=version, source=Source("openssl", version))
        return run([structs.replace(package, distro="ubuntu-18.04")], records, ubuntu).findings

    (found,) = installed("3.0.11-1")
    assert (found.fix.state, found.fix.versions) == ("end_of_life", ())
    assert found.reason.endswith("(deb order, Ubuntu 18.04); 3.0.11-1+esm2 fixes it for customers of Ubuntu Pro")
    assert found.paid_fix == "3.0.11-1+esm2"
    assert ids(run([structs.replace(deb(), distro="ubuntu-18.04")], records[:1], ubuntu)) == ["CVE-2026-0001"]
    assert len(installed("3.0.11-1+esm1")) == 1
    assert installed("3.0.11-1+esm2") == ()

    ubuntu = structs.replace(ubuntu, extended=True)
    (found,) = installed("3.0.11-1")
    assert (found.fix.state, found.fix.versions, found.paid_fix) == ("fixed", ("3.0.11-1+esm2",), None)
    assert found.reason.endswith("for customers of Ubuntu Pro")


def test_a_vulnerability_that_only_long_term_support_fixes_is_open_for_others():
    suse = Distribution("sles", "12.5")
    ltss = "sles-ltss:12.5"
    records = [
        info("sles:12.5", "suse", packages=90),
        advisory("CVE-1", "1.2-27.9.1", ltss, "kettle", source="suse"),
        advisory("CVE-2", "1.2-27.5.1", "sles:12.5", "kettle", source="suse"),  # fixed before the end of life, and named again
        advisory("CVE-2", "1.2-27.9.1", ltss, "kettle", source="suse"),
        advisory("CVE-3", None, "sles:12.5", "kettle", source="suse", status="not_affected"),
        advisory("CVE-3", "1.2-27.9.1", ltss, "kettle", source="suse"),
    ]

    def installed(version, *others):
        packages = [Package("rpm", "suse", *one, distro="sles-12.5") for one in (("kettle", version), *others)]
        return {one.id: one for one in run(packages, records, suse).findings}

    found = installed("1.2-27.5.1")
    assert set(found) == {"CVE-1"}
    assert (found["CVE-1"].fix.versions, found["CVE-1"].paid_fix, found["CVE-1"].confidence) == ((), "1.2-27.9.1", "confirmed")
    assert found["CVE-1"].reason.endswith("1.2-27.9.1 fixes it for customers of SUSE Linux Enterprise LTSS")
    assert {id: one.fix.versions for id, one in installed("1.2-27.1.1").items()} == {"CVE-1": (), "CVE-2": ("1.2-27.5.1",)}
    assert installed("1.2-27.9.1") == {}
    customer = installed("1.2-27.5.1", ("sles-ltss-release", "12.5-1.1"))
    assert customer["CVE-1"].fix.versions == ("1.2-27.9.1",)


def test_fips_builds_of_ubuntu_have_a_word_of_their_own():
    jammy = Distribution("ubuntu", "22.04")
    own = "ubuntu-pro-fips-updates:22.04"
    records = [
        info("ubuntu:22.04", "ubuntu"),
        advisory("CVE-1", "3.0.2-0ubuntu1.20", "ubuntu:22.04"),
        advisory("CVE-2", "3.0.2-0ubuntu1.20", "ubuntu:22.04"),
    ]
    fips = [info(own, "ubuntu"), advisory("CVE-1", "3.0.2-0ubuntu1.10+Fips1.2", own, source="ubuntu")]

    def found(version, records):
        package = structs.replace(deb(version=version, source=Source("openssl", version)), distro="ubuntu-22.04")
        return {one.id: (one.fix.versions, one.confidence) for one in run([package], records, jammy).findings}

    usual = ("3.0.2-0ubuntu1.20",)
    assert found("3.0.2-0ubuntu1.10+Fips1", records) == {"CVE-1": (usual, "confirmed"), "CVE-2": (usual, "confirmed")}
    assert found("3.0.2-0ubuntu1.10+Fips1", [*records, *fips]) == {
        "CVE-1": (("3.0.2-0ubuntu1.10+Fips1.2",), "confirmed"),
        "CVE-2": (usual, "likely"),
    }
    assert set(found("3.0.2-0ubuntu1.10+Fips1.2", [*records, *fips])) == {"CVE-2"}
    assert found("3.0.2-0ubuntu1.10", [*records, *fips]) == {"CVE-1": (usual, "confirmed"), "CVE-2": (usual, "confirmed")}


def test_invalid_versions_do_not_stop_the_scan_and_are_reported():
    records = [advisory(), advisory("CVE-2", "no version"), info()]
    matched = run([deb(), deb("bad", source=Source("openssl", "unreadable"))], records)
    assert ids(matched) == ["CVE-2026-0001"]
    assert "bad 'unreadable'" in codes(matched)["unassessed_package"].detail


def test_the_worst_comes_first_and_the_order_is_stable():
    records = [
        advisory("CVE-1", severity="low"),
        advisory("CVE-2", severity="critical"),
        advisory("CVE-3", severity="critical"),
        Support("debian:12", "2028-06-30"),
    ]
    packages = [deb(), deb("openssl")]
    first, second = run(packages, records), run(packages[::-1], records[::-1])
    assert ids(first) == ["CVE-2", "CVE-2", "CVE-3", "CVE-3", "CVE-1", "CVE-1"]
    assert first.findings == second.findings
