import pytest
from msgspec.structs import replace
from tests.support.matching import ALMA, DEBIAN, ECOSYSTEMS, SCHEMES, TODAY, advisory, deb, info, knowledge, rpm

from careen.matching.match import match
from careen.matching.upstream import named, namespaces, packaged
from careen.model.advisory import NamespaceInfo, Range
from careen.model.inventory import Inventory
from careen.model.package import Distribution, Evidence, Package, Source
from careen.plugins import Ecosystem

NGINX = deb("nginx", "1.24.0-1~bookworm", Source("nginx", "1.24.0-1~bookworm"), vendor="third_party")
CPE = "cpe:2.3:a:f5:nginx:1.24.0:*:*:*:*:*:*:*"
BINARY = Package("generic", None, "nginx", "1.24.0", cpe=CPE, confidence=0.8, evidence=(Evidence("usr/sbin/nginx", 1),))
NVD = NamespaceInfo("cpe", "nvd", 1, 1, partial=True, unfixed=True)


def cpe(package="f5:nginx", fixed="1.25.3", id="CVE-2026-0001", **fields):
    fields.setdefault("confidence", "likely")
    return advisory(id, fixed, "cpe", package, source="nvd", **fields)


def matching(packages, *records, distribution=DEBIAN):
    return match(Inventory(distribution, tuple(packages)), knowledge(NVD, *records), SCHEMES, ECOSYSTEMS, TODAY)


def test_a_third_partys_package_by_its_makers_version():
    matched = matching([NGINX], cpe(), advisory(fixed="9-1", package="nginx"), info(unfixed=True))
    (found,) = matched.findings
    assert (found.id, found.confidence, found.fix.versions) == ("CVE-2026-0001", "likely", ("1.25.3",))
    assert found.reason == "1.24.0 < 1.25.3 (upstream order, CPE f5:nginx)"
    assert (found.package_version, matched.assessed, matched.reasons) == ("1.24.0-1~bookworm", 1, ())


def test_the_distributions_own_build_is_never_assessed_by_cpe():
    own = replace(NGINX, version="1.24.0-2", source=Source("nginx", "1.24.0-2"), vendor="distribution")
    assert matching([own], cpe(), info(unfixed=True)).findings == ()


def test_all_names_of_a_software_give_one_finding():
    matched = matching([NGINX], cpe(), cpe("nginx:nginx", "1.25.4"), cpe("f5:nginx_plus", "30"))
    (found,) = matched.findings
    assert len(found.advisories) == 1
    assert found.fix.versions == ("1.25.3", "1.25.4")


def test_osv_comes_first():
    bitnami = info("Bitnami", "osv/Bitnami", unfixed=True)
    same = advisory("BIT-nginx-2026-0001", "1.24.1", "Bitnami", "nginx", aliases=("CVE-2026-0001",))
    (found,) = matching([NGINX], bitnami, same, cpe()).findings
    assert (found.confidence, found.fix.versions) == ("likely", ("1.24.1",))
    assert found.reason == "1.24.0 < 1.24.1 (upstream order, nginx in Bitnami)"
    elsewhere = replace(same, ranges=(Range("1.25.0", "1.25.3"),))
    (found,) = matching([NGINX], bitnami, elsewhere, cpe()).findings
    assert found.confidence == "possible"


def test_a_range_without_an_end_gives_way_to_one_that_has_an_end():
    """No build of Bitnami has the fix, which upstream released long ago."""
    bitnami = info("Bitnami", "osv/Bitnami", unfixed=True)
    fields = {"aliases": ("CVE-2026-0001",), "source": "bitnami"}
    endless = replace(advisory("BIT-nginx-2026-0001", None, "Bitnami", "nginx", **fields), ranges=(Range("1.0.0"),))
    (found,) = matching([NGINX], bitnami, endless).findings
    assert found.confidence == "likely"
    assert matching([NGINX], bitnami, endless, cpe(fixed="1.23.4")).findings == ()
    (found,) = matching([NGINX], bitnami, endless, cpe()).findings
    assert found.fix.versions == ("1.25.3",)
    for ends in (Range("1.0.0", "1.24.1"), Range("1.0.0", last_affected="1.24.0")):
        ended = replace(endless, ranges=(ends,))
        assert len(matching([NGINX], bitnami, ended, cpe(fixed="1.23.4")).findings) == 1


def test_a_package_without_the_program_gates_nothing():
    part = deb("nginx-module-njs", "1.24.0+0.8-1~bookworm", Source("nginx-module-njs", "1"), vendor="third_party")
    (found,) = matching([part], cpe()).findings
    assert found.confidence == "possible"


def test_what_the_map_does_not_have_is_not_assessed():
    other = deb("acme-agent", "1.0-1", Source("acme-agent", "1.0-1"), vendor="third_party")
    (reason, _) = matching([other], cpe()).reasons
    assert (reason.code, reason.packages) == ("unassessed_package", 1)


def test_software_that_no_source_names_is_not_assessed():
    matched = matching([NGINX], cpe("redis:redis"))
    (reason, _) = matched.reasons
    assert (reason.code, reason.detail) == ("unassessed_package", "no source covers their software: nginx")
    assert matched.assessed == 0
    assert matching([NGINX], info("Bitnami", "osv/Bitnami", unfixed=True)).assessed == 1  # one that lists all of its packages


def test_without_nvd_there_is_a_gap():
    known = knowledge(info("Bitnami", "osv/Bitnami", unfixed=True))
    matched = match(Inventory(DEBIAN, (NGINX,)), known, SCHEMES, ECOSYSTEMS, TODAY)
    (reason,) = matched.reasons
    assert (reason.code, "careen db update" in reason.detail) == ("partial_source", True)


def test_rpms_of_third_parties_need_no_architecture_or_stream():
    package = rpm("mysql-community-server", "8.0.35-1.el8", maintainer="Oracle and/or its affiliates", arch="x86_64")
    (found,) = matching([package], cpe("oracle:mysql", "8.0.36"), distribution=ALMA).findings
    assert found.reason == "8.0.35 < 8.0.36 (upstream order, CPE oracle:mysql)"


def test_third_parties_on_a_distribution_without_advisories():
    package = Package("deb", "kali", "docker-ce", "5:24.0.6-1~debian.12~bookworm", distro="kali-2024.1")
    (found,) = matching([package], cpe("docker:docker", "24.0.7")).findings
    assert found.package_name == "docker-ce"


def test_a_file_that_no_package_owns():
    matched = matching([BINARY], cpe())
    (found,) = matched.findings
    assert (found.confidence, found.paths, matched.assessed) == ("likely", ("usr/sbin/nginx",), 1)


def test_a_file_of_a_package_is_assessed_with_it():
    package = replace(NGINX, vendor="third_party")
    matched = matching([package, replace(BINARY, owned_by=package.purl)], cpe())
    assert [found.package_name for found in matched.findings] == ["nginx"]
    assert (matched.findings[0].paths, matched.assessed) == (("var/lib/dpkg/status",), 2)


def test_a_file_of_an_unknown_package_is_assessed_by_itself():
    package = deb("acme-bundle", "1.0-1", Source("acme-bundle", "1.0-1"), vendor="third_party")
    (found,) = matching([package, replace(BINARY, owned_by=package.purl)], cpe()).findings
    assert found.paths == ("usr/sbin/nginx",)


def test_a_file_of_a_distribution_is_never_assessed_by_cpe():
    for distribution in (DEBIAN, replace(DEBIAN, id="kali", pretty_name="Kali")):
        package = deb("nginx", "1.24.0-2", Source("nginx", "1.24.0-2"), vendor="distribution")
        matched = matching([package, replace(BINARY, owned_by=package.purl)], cpe(), distribution=distribution)
        assert matched.findings == ()


def test_java_in_both_spellings():
    java = Package(
        "generic", None, "openjdk", "1.8.0_382-b05", cpe="cpe:2.3:a:oracle:openjdk:8:update382:*:*:*:*:*:*", confidence=0.9
    )
    exact = cpe("oracle:jdk", None, ranges=(Range("8_382", None, "8_382"),))
    (found,) = matching([java], exact, cpe("oracle:openjdk", "8u382", id="CVE-2026-0002")).findings
    assert found.reason == "8_382 <= 1.8.0_382-b05 <= 8_382 (jvm order, CPE oracle:jdk)"


def test_namespaces_to_fetch():
    assert namespaces(NGINX, DEBIAN, ECOSYSTEMS) == {"Bitnami", "cpe"}
    assert namespaces(BINARY, DEBIAN, ECOSYSTEMS) == {"Bitnami", "cpe"}
    assert namespaces(replace(NGINX, vendor="distribution"), DEBIAN, ECOSYSTEMS) == frozenset()
    assert namespaces(Package("pypi", None, "x", "1", cpe=BINARY.cpe), DEBIAN, ECOSYSTEMS) == frozenset()


def test_a_source_package_may_name_the_software():
    package = deb(
        "libacme", "8.0.35-1debian12", Source("mysql-community-server", "8.0.35-1debian12"), maintainer="x@oracle.com"
    )
    found = packaged(package)
    assert found is not None
    assert (found.title, found.is_part, found.version) == ("MySQL", True, "8.0.35")
    assert packaged(deb("x", "1", Source("x", "1"))) is None
    assert named(Package("generic", None, "x", "1")) is None


def test_a_fixed_version_has_no_suffix_of_go_modules():
    docker = deb("docker-ce", "5:24.0.6-1~debian.12~bookworm", Source("docker-ce", "5:24.0.6-1"), vendor="third_party")
    record = advisory("GO-2026-0001", "25.0.6+incompatible", "Go", "github.com/docker/docker", aliases=("CVE-2026-0001",))
    (found,) = matching([docker], record).findings
    assert found.fix.versions == ("25.0.6",)


def test_an_apk_of_nginx_org():
    alpine = Distribution("alpine", "3.20.3")
    package = Package("apk", None, "nginx", "1.24.0-r1", maintainer="NGINX Packaging <nginx-packaging@f5.com>")
    (found,) = matching(
        [package], cpe(), advisory(fixed="9-r0", namespace="alpine:3.20", package="nginx"), distribution=alpine
    ).findings
    assert found.reason == "1.24.0 < 1.25.3 (upstream order, CPE f5:nginx)"


def test_a_program_with_advisories_of_its_own_is_assessed_once():
    node = Package("generic", None, "node", "18.12.0", cpe="cpe:2.3:a:nodejs:node.js:18.12.0:*:*:*:*:*:*:*", confidence=0.8)
    package = deb("nodejs", "18.12.0-1nodesource1", Source("nodejs", "18.12.0-1nodesource1"), vendor="third_party")
    own = advisory("CVE-2026-0001", "18.20.0", "Node.js", "node", source="node")
    records = [info("Node.js", "node", unfixed=True), own, cpe("nodejs:node.js", "18.19.0", id="CVE-2026-0002")]
    alone = matching([node], *records)
    assert [found.id for found in alone.findings] == ["CVE-2026-0001", "CVE-2026-0002"]
    together = matching([package, replace(node, owned_by=package.purl)], *records)
    assert sorted((found.package_name, found.id) for found in together.findings) == [
        ("nodejs", "CVE-2026-0001"),
        ("nodejs", "CVE-2026-0002"),
    ]
    assert together.assessed == 2


def test_a_self_built_package_is_assessed_as_its_upstream_software():
    own = deb("openssl", "3.5.0-corp1", Source("openssl", "3.5.0-corp1"), maintainer="Jane Person <jane@example.net>")
    fixed = advisory(fixed="3.0.11-2"), info(unfixed=True)
    matched = matching([own], cpe("openssl:openssl", "3.5.1"), *fixed)
    (found,) = matched.findings
    assert (found.id, found.fix.versions, matched.reasons) == ("CVE-2026-0001", ("3.5.1",), ())
    (reason, _) = matching([replace(own, name="corp-tool", source=Source("corp-tool", "3.5.0-corp1"))], *fixed).reasons
    assert (reason.code, reason.subjects) == (
        "unassessed_package",
        ("pkg:deb/debian/corp-tool@3.5.0-corp1?arch=amd64&distro=debian-12",),
    )


@pytest.mark.parametrize("records", [(), (cpe("openssl:openssl", "3.5.1"),)])
def test_upstream_does_not_know_the_builds_of_an_unknown_distribution(records):
    """Its packages have the findings of their software, and the distribution is named as unknown: no gate passes."""
    unknown = Distribution("frobnix", "3", pretty_name="Frobnix Linux 3")
    package = deb("openssl", "3.5.0-1", Source("openssl", "3.5.0-1"), maintainer="root <root@build>")
    package = replace(package, namespace="frobnix", distro="frobnix-3")
    matched = matching([package], *records, distribution=unknown)
    assert [found.id for found in matched.findings] == ["CVE-2026-0001"] * len(records)
    (reason,) = (reason for reason in matched.reasons if reason.code == "unknown_distribution")
    assert (reason.packages, reason.subjects) == (1, ("frobnix-3",))


def test_builds_for_ksplice_are_not_assessed_by_a_rebuild():
    oracle = Distribution("ol", "8")
    package = replace(rpm("glibc", "2:2.28-100.0.1.ksplice1.el8"), namespace="ol", distro="ol-8", maintainer="Oracle America")
    plain = replace(package, version="2.28-100.el8")
    fix = advisory(fixed="2.28-200.el8", namespace="almalinux:8", package="glibc"), info("almalinux:8", packages=100)
    matched = match(Inventory(oracle, (package, plain)), knowledge(*fix), SCHEMES, ECOSYSTEMS, TODAY)
    assert {one.package_version for one in matched.findings} == {"2.28-100.el8"}
    assert {one.code: one.subjects for one in matched.reasons}["unassessed_package"] == (package.purl,)


def test_a_release_without_the_distributions_mark_is_reported():
    package = rpm("tool", "1.0-1", maintainer="AlmaLinux")
    known = info("almalinux:8", unfixed=True)
    matched = match(Inventory(ALMA, (package, rpm("bash", "5-1.el8"))), knowledge(known), SCHEMES, ECOSYSTEMS, TODAY)
    assert [(one.code, one.subjects) for one in matched.reasons] == [("no_index", (package.purl,))]


def test_a_conda_package_is_assessed_as_the_software_that_the_map_names():
    packages = [Package("conda", None, "nginx", "1.24.0"), Package("conda", None, "acme", "1.0")]
    matched = matching(packages, cpe())
    (found,) = matched.findings
    assert (found.confidence, found.fix.versions) == ("likely", ("1.25.3",))
    assert [(one.code, one.subjects) for one in matched.reasons if "acme" in str(one.subjects)]
    assert namespaces(packages[0], DEBIAN, ECOSYSTEMS) == {"cpe", "Bitnami"}
    assert namespaces(packages[1], DEBIAN, ECOSYSTEMS) == frozenset()


def test_a_file_of_a_conda_package_is_assessed_once():
    owner = Package("conda", None, "nginx", "1.24.0")
    assert len(matching([owner, replace(BINARY, owned_by=owner.purl)], cpe()).findings) == 1
    other = Package("conda", None, "acme", "1.0")
    assert len(matching([other, replace(BINARY, owned_by=other.purl)], cpe()).findings) == 1


def test_source_code_that_a_build_downloads_is_no_action_of_a_workflow():
    ecosystems = {**ECOSYSTEMS, "github": Ecosystem("github", "generic", "GitHub Actions")}
    records = knowledge(NVD, cpe(), info("GitHub Actions", "osv"))
    code = Package("github", None, "nginx/nginx", "release-1.24.0", cpe=CPE, cataloger="dockerfile", presence="declared")

    def matched(package):
        return match(Inventory(None, (package,)), records, SCHEMES, ecosystems, TODAY)

    (found,) = matched(code).findings
    assert (found.id, found.reason) == ("CVE-2026-0001", "1.24.0 < 1.25.3 (upstream order, CPE f5:nginx)")
    unknown = replace(code, name="o/r", cpe=None)
    assert [reason.code for reason in matched(unknown).reasons] == ["no_source"]
    assert matched(replace(unknown, version="v1", cataloger="github_actions")).assessed == 1
