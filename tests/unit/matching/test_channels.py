"""Red Hat's statements: release, extended support, source packages, products on top, and rebuilds of RHEL."""

import pytest
from msgspec.structs import replace
from tests.support.matching import ECOSYSTEMS, SCHEMES, TODAY, advisory, codes, ids, info, knowledge
from tests.support.reports import clean

from careen.matching.channels import channels_of, title
from careen.matching.explain import explain
from careen.matching.match import match
from careen.model.advisory import Repository
from careen.model.inventory import ContentSets, Inventory
from careen.model.package import Distribution, Evidence, Package, Source
from careen.model.reasons import effect_of

RHEL = Distribution("rhel", "9.2", pretty_name="Red Hat Enterprise Linux 9.2 (Plow)")
EUS = ContentSets(("rhel-9-for-x86_64-baseos-eus-rpms__9_DOT_2",), 0)
MAIN = ContentSets(("rhel-9-for-x86_64-baseos-rpms",), 0)
REPOSITORIES = (
    Repository("rhel-9-for-x86_64-baseos-eus-rpms", ("rhel_eus:9.2",)),
    Repository("rhel-9-for-x86_64-baseos-rpms", ("rhel:9",)),
    Repository("rhocp-4.14-for-rhel-9-x86_64-rpms", ("openshift:4.14:el9",)),
)
COMPLETE = info("rhel:9", "redhat", unfixed=True)


def package(version="2.0.0-9.el9_2", name="lantern", source="lantern", layer=0, **fields):
    fields.setdefault("source", Source(source, fields.pop("built", version)))
    evidence = (Evidence("var/lib/rpm/rpmdb.sqlite", layer),)
    return Package("rpm", "rhel", name, version, arch="x86_64", distro="rhel-9.2", evidence=evidence, **fields)


def redhat(namespace="rhel:9", fixed=None, status=None, id="CVE-2099-0001", package="lantern", **fields):
    status = status or ("fixed" if fixed else "open")
    return advisory(id, fixed, namespace, package, source="redhat", status=status, **fields)


def unfixed(status="open", package="lantern", **fields):
    return redhat(status=status, package=package, arch=("src",), **fields)


def run(packages, records, content_sets=(), distribution=RHEL):
    inventory = Inventory(distribution, tuple(packages), content_sets=tuple(content_sets))
    return match(inventory, knowledge(*REPOSITORIES, *records), SCHEMES, ECOSYSTEMS, TODAY)


def fixes(matched):
    return [(found.id, found.fix.state, found.fix.versions) for found in matched.findings]


FIXED_IN_BOTH = (redhat(fixed="2.0.1-4.el9_4"), redhat("rhel_eus:9.2", fixed="2.0.0-9.el9_2.3"))


def test_without_a_channel_the_release_assesses_a_package():
    assert fixes(run([package()], FIXED_IN_BOTH)) == [("CVE-2099-0001", "fixed", ("2.0.1-4.el9_4",))]
    assert fixes(run([package()], FIXED_IN_BOTH, [MAIN])) == [("CVE-2099-0001", "fixed", ("2.0.1-4.el9_4",))]


def test_extended_support_has_the_first_word_on_what_it_names():
    matched = run([package()], FIXED_IN_BOTH, [EUS])
    assert fixes(matched) == [("CVE-2099-0001", "fixed", ("2.0.0-9.el9_2.3",))]
    assert "Red Hat Enterprise Linux 9.2 EUS" in matched.findings[0].reason
    assert matched.findings[0].confidence == "confirmed"
    assert fixes(run([package("2.0.0-9.el9_2.3")], FIXED_IN_BOTH, [EUS])) == []


def test_the_release_assesses_what_extended_support_does_not_name():
    other = redhat(fixed="2.0.1-5.el9_4", id="CVE-2099-0002")
    assert ids(run([package("2.0.0-9.el9_2.3")], [*FIXED_IN_BOTH, other], [EUS])) == ["CVE-2099-0002"]


def test_an_erratum_of_several_vulnerabilities_keeps_those_that_the_channel_did_not_name():
    bundle = redhat(fixed="2.0.1-4.el9_4", id="RHSA-2099:1001", aliases=("CVE-2099-0001", "CVE-2099-0002"))
    matched = run([package("2.0.0-9.el9_2.3")], [bundle, redhat("rhel_eus:9.2", fixed="2.0.0-9.el9_2.3")], [EUS])
    assert ids(matched) == ["CVE-2099-0002"]


def test_a_channel_behind_the_package_has_not_built_it():
    newer = package("2.0.1-1.el9_4")
    assert fixes(run([newer], FIXED_IN_BOTH, [EUS])) == [("CVE-2099-0001", "fixed", ("2.0.1-4.el9_4",))]


def test_a_channel_of_another_release_does_not_count():
    sets = [ContentSets(("of-8-rpms", *EUS.names))]
    repositories = (Repository("of-8-rpms", ("rhel_eus:8.6", "openshift:4.14:el8")),)
    records = [*repositories, redhat("rhel_eus:8.6", fixed="9-1.el8_6"), redhat("openshift:4.14:el8", fixed="9-1.el8")]
    assert ids(run([package()], records, sets)) == []


def test_each_layer_has_its_own_channels():
    sets = [MAIN, ContentSets(EUS.names, 2)]
    known = knowledge(*REPOSITORIES)
    found = channels_of(sets, known)
    assert [found(package(layer=layer)) for layer in (0, 1, 2, 3)] == [(), (), ("rhel_eus:9.2",), ("rhel_eus:9.2",)]
    assert channels_of([ContentSets(EUS.names, 4)], known)(package(layer=1)) == ("rhel_eus:9.2",)  # layers made one
    assert channels_of([ContentSets(("unheard-of-rpms",))], known)(package()) == ()
    assert channels_of([], known)(package()) == ()


def test_a_layered_product_assesses_what_the_release_does_not_know():
    sets = [ContentSets(("rhocp-4.14-for-rhel-9-x86_64-rpms", *MAIN.names))]
    own = redhat("openshift:4.14:el9", fixed="9.9-1.el9", package="lantern")
    assert ids(run([package()], [own], sets)) == ["CVE-2099-0001"]
    assert ids(run([package("2.0.1-4.el9_4")], [own, redhat(fixed="2.0.1-4.el9_4")], sets)) == []
    assert ids(run([package()], [own])) == []


@pytest.mark.parametrize(
    ("status", "state"),
    [("open", "open"), ("wont_fix", "wont_fix"), ("deferred", "deferred"), ("end_of_life", "end_of_life")],
)
def test_an_unfixed_vulnerability_affects_all_packages_of_the_source(status, state):
    matched = run([package(name="lantern-libs"), package(name="other", source="other")], [unfixed(status)])
    assert [(found.package_name, found.fix.state) for found in matched.findings] == [("lantern-libs", state)]


def test_a_package_that_is_not_affected_though_its_source_is():
    records = [unfixed(), redhat(status="not_affected", package="lantern-headers")]
    assert [one.package_name for one in run([package(), package(name="lantern-headers")], records).findings] == ["lantern"]


def test_an_investigation_is_not_a_finding():
    assert ids(run([package()], [unfixed("undetermined")])) == []


def test_builds_of_the_source_package_compare_by_its_version_alone():
    record = redhat(fixed="2.0.1-4.el9_4", arch=("src",))
    assert ids(run([package(name="lantern-libs")], [record])) == ["CVE-2099-0001"]
    assert ids(run([package("0.3-9.el9_2", name="lantern-libs", built="2.0.0-9.el9_2")], [record])) == []


def test_a_statement_about_a_module_is_for_its_stream():
    record = unfixed("wont_fix", module="lantern:1")
    ours = package("2.0.0-9.module+el8.9.0+7+abc", module="lantern:1:8090:c")
    assert ids(run([ours], [record])) == ["CVE-2099-0001"]
    assert ids(run([replace(ours, module="lantern:2:8090:c")], [record])) == []
    assert ids(run([package()], [record])) == []


def test_where_everything_is_known_no_rebuild_stands_in():
    rebuilt = advisory("ALSA-1", "9-1", "almalinux:9", "lantern", source="almalinux", aliases=("CVE-2099-0009",))
    assert ids(run([package()], [rebuilt, info("almalinux:9", "almalinux")])) == ["CVE-2099-0009"]
    matched = run([package()], [rebuilt, info("almalinux:9", "almalinux"), COMPLETE])
    assert ids(matched) == []
    assert "stand_in" not in codes(matched)


@pytest.mark.parametrize("id", ["almalinux", "rocky", "ol"])
def test_rhel_stands_in_for_a_rebuild_without_advisories_and_the_report_states_it(id):
    rebuild = Distribution(id, "9.2")
    ours = replace(package(), namespace=id, distro=f"{id}-9.2")
    records = [redhat(fixed="2.0.1-4.el9_4"), COMPLETE]
    matched = run([ours], records, distribution=rebuild)
    assert [(found.id, found.confidence) for found in matched.findings] == [("CVE-2099-0001", "likely")]
    assert "Red Hat Enterprise Linux 9" in codes(matched)["stand_in"].detail
    assert ids(run([ours], [*records, info(f"{id}:9", id)], distribution=rebuild)) == []


def test_a_third_partys_rpm_is_not_assessed():
    matched = run([package(maintainer="Example Corp")], [redhat(fixed="9-1")])
    assert ids(matched) == []
    assert "unassessed_package" in codes(matched)


def test_both_of_red_hats_feeds_are_one_finding():
    erratum = advisory("RHSA-2099:1001", "2.0.1-4.el9_4", "rhel:9", "lantern", source="redhat", aliases=("CVE-2099-0001",))
    vex = redhat(fixed="2.0.1-4.el9_4", aliases=("RHSA-2099:1001",))
    (found,) = run([package()], [erratum, vex]).findings
    assert (found.id, found.aliases) == ("CVE-2099-0001", ("RHSA-2099:1001",))


def test_an_erratum_that_two_feeds_have_is_named_once():
    erratum = advisory("RHSA-2099:1001", "2-9", "rhel:9", "lantern", source="redhat", aliases=("CVE-2099-0001",), url="a")
    (found,) = run([package("2-1")], [erratum, replace(erratum, url="b")]).findings
    assert [one.url for one in found.advisories] == ["a"]


def test_a_vulnerability_that_was_fixed_twice_needs_the_second_fix():
    first, second = redhat(fixed="2.0.1-4.el9_4", aliases=("RHSA-1",)), redhat(fixed="2.0.1-6.el9_4", aliases=("RHSA-2",))
    assert fixes(run([package("2.0.1-5.el9_4")], [first, second])) == [("CVE-2099-0001", "fixed", ("2.0.1-6.el9_4",))]
    builds = redhat(fixed="2.0.1-4.el9_4", aliases=("RHSA-1",)), redhat(fixed="2.0.1-6.el9_4", aliases=("RHSA-1",))
    assert ids(run([package("2.0.1-5.el9_4")], builds)) == []  # two builds of one erratum


def test_an_explanation_names_what_takes_precedence():
    inventory = Inventory(RHEL, (package(name="lantern-libs"),), content_sets=(EUS,))
    records = [replace(one, package="lantern-libs") for one in FIXED_IN_BOTH] + [redhat(fixed="9-1")]
    known = knowledge(*REPOSITORIES, *records)
    matched = match(inventory, known, SCHEMES, ECOSYSTEMS, TODAY)
    report = replace(clean(), inventory=inventory, findings=matched.findings)
    (explained,) = explain("CVE-2099-0001", None, report, known, SCHEMES, ECOSYSTEMS).of_packages
    statements = {one.namespace: (one.package, one.counts, one.why) for one in explained.statements}
    assert statements == {
        "rhel:9": ("lantern-libs", False, "the channel that the package came from takes precedence"),
        "rhel_eus:9.2": ("lantern-libs", True, ""),
    }


def test_unknown_repositories_are_reported():
    matched = run([package()], FIXED_IN_BOTH, [ContentSets(("a-rpms__9", *MAIN.names))])
    assert "a-rpms__9" in codes(matched)["unknown_channel"].detail
    assert codes(matched)["unknown_channel"].packages == 1
    assert "unknown_channel" not in codes(run([package()], FIXED_IN_BOTH, [MAIN, EUS]))
    assert effect_of("unknown_channel") == "information"


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("ubi-9-for-x86_64-baseos-rpms", True),
        ("ubi-9-appstream-rpms", True),
        ("ubi-8-codeready-builder-source-rpms", True),
        ("rhel-9-for-aarch64-appstream-rpms__9_DOT_4", True),
        ("rhel-7-server-optional-rpms", True),
        ("rhel-9-for-x86_64-baseos-e4s-rpms", False),
        ("ansible-2.9-for-rhel-8-x86_64-rpms", False),
    ],
)
def test_the_repositories_of_the_release_are_known_by_their_names(name, known):
    matched = run([package()], FIXED_IN_BOTH, [ContentSets((name, *MAIN.names))])
    assert ("unknown_channel" not in codes(matched)) is known


def test_kernel_headers_are_not_affected_by_the_kernels_vulnerabilities():
    headers = package("5.14.0-1.el9", name="kernel-headers", source="kernel")
    assert ids(run([headers], [unfixed(package="kernel")])) == []
    assert ids(run([headers], [redhat(fixed="5.14.0-2.el9", package="kernel-headers")])) == ["CVE-2099-0001"]


def test_titles():
    assert title("rhel_e4s:8.6") == "Red Hat Enterprise Linux 8.6 E4S"
    assert title("openshift:4.14:el9") == "openshift 4.14"
