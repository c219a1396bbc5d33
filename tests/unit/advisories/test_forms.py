"""A source's data in several forms: of those that a mirror has, only the most complete is read."""

import json

import pytest
from tests.support.feeds import GOLDEN, lay_out, packed_tar

from careen.advisories import chainguard, debian, openeuler, osv, photon, redhat, suse, ubuntu
from careen.database.file_state import rows_of
from careen.database.update import database_path, update
from careen.model.advisory import Advisory
from careen.plugins import Feed, Need


def offered(source, needed=None, /, **folders):
    """The feeds of a mirror with these files; "/" in the name of a folder is written ``__``."""
    by_folder = {name.replace("__", "/"): tuple(files) for name, files in folders.items()}
    return [feed.path for feed in source.feeds(Need(needed), lambda name: by_folder.get(name, ()))]


OVAL = "oval-definitions-bookworm.xml.bz2"
LISTS = "security-tracker-master.tar.gz"


@pytest.mark.parametrize(
    ("files", "read"),
    [
        ([], "tracker.json"),
        ([OVAL, LISTS, "tracker.json"], "tracker.json"),
        ([OVAL, LISTS], LISTS),
        ([OVAL, "README"], OVAL),
    ],
)
def test_debian(files, read):
    assert offered(debian, debian=files) == [f"debian/{read}"]


JAMMY = frozenset({"ubuntu:22.04"})
CVES, PACKAGES, NOTICES = (f"com.ubuntu.jammy.{kind}.oval.xml.bz2" for kind in ("cve", "pkg", "usn"))
TRACKER, VEX = "ubuntu-cve-tracker-master.tar.gz", "vex-all.tar.xz"


@pytest.mark.parametrize(
    ("files", "read"),
    [
        ([], CVES),
        ([CVES, PACKAGES, NOTICES, TRACKER, VEX, "notices"], CVES),
        (["oci." + CVES, PACKAGES], "oci." + CVES),
        ([PACKAGES, TRACKER], PACKAGES),
        ([NOTICES, TRACKER, VEX, "notices"], TRACKER),
        ([VEX, "notices"], VEX),
        (["notices"], "notices/0_20.json"),
        ([NOTICES], NOTICES),
    ],
)
def test_ubuntu(files, read):
    found = offered(ubuntu, JAMMY, ubuntu=files, ubuntu__notices=["0_20.json", "README"])
    assert found == [f"ubuntu/{read}"]


def test_fips_pockets_of_ubuntu():
    pocket = [name.replace("jammy", "fips-updates_jammy") for name in (CVES, PACKAGES)]
    found = offered(ubuntu, JAMMY, ubuntu=[CVES, *pocket])
    assert found == [f"ubuntu/{CVES}", f"ubuntu/{pocket[1]}"]
    assert offered(ubuntu, JAMMY, ubuntu=pocket)[1:] == [f"ubuntu/{pocket[1]}"]


def test_a_release_of_ubuntu_without_oval_is_asked_for_as_ever():
    found = offered(ubuntu, frozenset({"ubuntu:22.04", "ubuntu:24.04"}), ubuntu=[PACKAGES])
    assert found == [f"ubuntu/{PACKAGES}", "ubuntu/com.ubuntu.noble.cve.oval.xml.bz2"]


INDEX = "https://security-metadata.canonical.com/oval/"
NEXT = "com.ubuntu.tugboat.cve.oval.xml.bz2"


def test_a_release_of_ubuntu_that_is_newer_than_our_table_is_found_by_the_index():
    listed = {INDEX: ("com.ubuntu.stonking.cve.oval.xml.bz2", NEXT, "oci." + NEXT, "com.ubuntu.tugboat.usn.oval.xml.bz2")}

    def found(*namespaces):
        return [feed.path for feed in ubuntu.feeds(Need(frozenset(namespaces)), lambda name: listed.get(name, ()))]

    assert found("ubuntu:99.04") == [f"ubuntu/{NEXT}"]
    assert found("ubuntu:26.10") == ["ubuntu/com.ubuntu.stonking.cve.oval.xml.bz2"]
    assert offered(ubuntu, frozenset({"ubuntu:99.04"}), ubuntu=[NEXT]) == [f"ubuntu/{NEXT}"]
    assert f"ubuntu/{NEXT}" in [feed.path for feed in ubuntu.feeds(Need(), lambda name: listed.get(name, ()))]


def test_such_a_file_states_its_release(tmp_path):
    file = tmp_path / "oval.xml"
    file.write_text("""<oval_definitions xmlns="http://oval.mitre.org/XMLSchema/oval-definitions-5"><definitions>
<definition class="vulnerability" id="oval:com.ubuntu.tugboat:def:1" version="1"><metadata>
<title>CVE-2099-0001 on Ubuntu 99.04 (tugboat) - medium.</title><reference source="CVE" ref_id="CVE-2099-0001"/></metadata>
<criteria><criterion comment="anchor package in tugboat is affected and needs fixing."/>
<criterion comment="bell package in esm-infra/tugboat was vulnerable but has been fixed (note: '1.2')."/></criteria>
</definition></definitions></oval_definitions>""")
    found = [one for one in ubuntu.parse(Feed(NEXT, "", part="tugboat"), file) if isinstance(one, Advisory)]
    assert [(one.namespace, one.package, one.status) for one in found] == [
        ("ubuntu:99.04", "anchor", "open"),
        ("ubuntu-pro:99.04", "bell", "fixed"),
    ]


@pytest.mark.parametrize(
    ("namespace", "path"),
    [
        ("ubuntu:26.10", "ubuntu/com.ubuntu.stonking.cve.oval.xml.bz2"),
        ("wolfi", "wolfi/security.json"),
        ("chainguard", "chainguard/security.json"),
    ],
)
def test_a_first_scan_reads_the_vendors_small_file_and_not_osv_s_archive(namespace, path):
    need = Need(frozenset({namespace}))
    feeds = [feed for source in (osv, ubuntu, chainguard) for feed in source.feeds(need, lambda name: ())]
    assert [(feed.path, feed.full) for feed in feeds if not feed.full] == [(path, False)]
    assert [feed.path.partition("/")[0] for feed in feeds if feed.full] == ["osv"]


def test_a_mirror_that_has_osv_s_archive_of_a_distribution_means_it():
    need = Need(frozenset({"wolfi"}))
    (found,) = osv.feeds(need, lambda name: ("Wolfi",) if name == "osv" else ())
    assert not found.full


@pytest.mark.parametrize(
    ("archives", "oval", "read"),
    [
        (
            ["csaf-vex.tar.bz2", "oval"],
            [
                "suse.linux.enterprise.15.xml.gz",
                "suse.linux.enterprise.15-affected.xml.gz",
                "suse.linux.enterprise.15-patch.xml.gz",
            ],
            ["oval/suse.linux.enterprise.15-affected.xml.gz"],
        ),
        ([], ["opensuse.leap.15.2.xml.gz", "index.html"], ["oval/opensuse.leap.15.2.xml.gz"]),
        (["csaf.tar.bz2", "cvrf-cve.tar.bz2", "csaf-vex.tar.bz2"], [], ["csaf-vex.tar.bz2"]),
        (["csaf.tar.bz2", "cvrf-cve.tar.bz2"], [], ["cvrf-cve.tar.bz2"]),
        (["csaf.tar.bz2"], [], ["csaf.tar.bz2"]),
    ],
)
def test_suse(archives, oval, read):
    assert offered(suse, suse=archives, suse__oval=oval) == [f"suse/{name}" for name in read]


def test_bulletins_of_openeuler():
    names = ["csaf-openeuler-sa-2099-1001.json", "cvrf-openEuler-SA-2099-1001.xml", "cvrf-openEuler-SA-2099-1002.xml"]
    names.append("cvrf-openEuler-HotPatchSA-2099-1003.xml")
    found = offered(openeuler, openeuler=["2099"], openeuler__2099=names)
    assert found == [f"openeuler/2099/{name}" for name in (names[0], names[2])]


VEX_FOLDER, V2, ERRATA = "redhat__csaf__v2__vex", "redhat__oval__v2", "redhat__csaf__v2__advisories"
STREAMS = ["rhel-9.oval.xml.bz2", "rhel-9-including-unpatched.oval.xml.bz2", "rhel-9.2-eus.oval.xml.bz2"]


@pytest.mark.parametrize(
    ("folders", "read"),
    [
        (
            {VEX_FOLDER: ["2099"], f"{VEX_FOLDER}__2099": ["cve-2099-1.json"], "redhat__cve": ["CVE-2099-0001.json"]},
            ["csaf/v2/vex/csaf_vex.tar.zst", "csaf/v2/vex/2099/cve-2099-1.json"],
        ),
        ({VEX_FOLDER: ["archive_latest.txt", "csaf_vex_2099-01-02.tar.zst"]}, ["csaf/v2/vex/csaf_vex_2099-01-02.tar.zst"]),
        ({"redhat__cve": ["cve.json", "CVE-2099-0001.json"], V2: ["RHEL9"]}, ["cve/CVE-2099-0001.json"]),
        (
            {V2: ["RHEL9", "feed.json"], f"{V2}__RHEL9": STREAMS, "redhat__oval": ["v2", "oval_v1_20990101.tar.gz"]},
            ["oval/v2/RHEL9/rhel-9-including-unpatched.oval.xml.bz2", "oval/v2/RHEL9/rhel-9.2-eus.oval.xml.bz2"],
        ),
        ({"redhat__oval": ["oval_v1_20990101.tar.gz"], ERRATA: ["2099"]}, ["oval/oval_v1_20990101.tar.gz"]),
        (
            {
                ERRATA: ["2099", "changes.csv", "deletions.csv"],
                f"{ERRATA}__2099": ["rhsa-2099_0001.json", "rhsa-2099_0001.json.asc"],
            },
            ["csaf/v2/advisories/2099/rhsa-2099_0001.json"],
        ),
        (
            {ERRATA: ["2099", "csaf_advisories_2099-01-01.tar.zst"]},
            ["csaf/v2/advisories/csaf_advisories_2099-01-01.tar.zst"],
        ),
    ],
)
def test_red_hat(folders, read):
    archive = "redhat/csaf/v2/vex/csaf_vex.tar.zst"  # a live address, named if everything is requested
    found = [path for path in offered(redhat, **folders)[1:] if path != archive or path[7:] in read]
    assert found == [f"redhat/{name}" for name in read]


def test_releases_of_photon():
    needed = frozenset({"photon:4.0", "photon:5.0"})
    oval = ["com.vmware.phsa-photon4.xml.gz", "com.vmware.phsa-photon5.xml.gz"]
    both = offered(photon, needed, photon=[*oval, "cve_data_photon5.0.json"])
    assert both == ["photon/com.vmware.phsa-photon4.xml.gz", "photon/cve_data_photon5.0.json"]
    assert offered(photon, needed) == ["photon/cve_data_photon4.0.json", "photon/cve_data_photon5.0.json"]


def test_a_large_feed_is_kept_in_the_form_that_a_mirror_has(tmp_path):
    mirror, cache = tmp_path / "mirror", tmp_path / "cache"
    lay_out(GOLDEN / "suse" / "vex" / "input", mirror)
    update(cache, [suse.ADVISORY_SOURCE], mirror_at=str(mirror), need=Need(full=True))
    lay_out(GOLDEN / "debian" / "oval" / "input", mirror)
    update(cache, [suse.ADVISORY_SOURCE, debian.ADVISORY_SOURCE], mirror_at=str(mirror))
    assert set(rows_of(database_path(cache))) == {"suse/csaf-vex.tar.gz", f"debian/{OVAL}"}


def test_a_better_form_takes_precedence_over_the_other_which_stays(tmp_path):
    mirror, cache = tmp_path / "mirror", tmp_path / "cache"
    rows = []
    for case in ("oval", "lists", "states"):
        lay_out(GOLDEN / "debian" / case / "input", mirror)
        assert not update(cache, [debian.ADVISORY_SOURCE], mirror_at=str(mirror)).failed
        rows.append(list(rows_of(database_path(cache))))
    assert rows == [
        [f"debian/{OVAL}"],
        ["debian/security-tracker", f"debian/{OVAL}"],
        ["debian/tracker.json", "debian/changelog-derived.json", "debian/security-tracker", f"debian/{OVAL}"],
    ]


@pytest.mark.parametrize(
    ("files", "read"),
    [
        ({"suse": ["osv.tar.bz2", "oval"], "ubuntu": ["osv-all.tar.xz"]}, ["suse/osv.tar.bz2", "ubuntu/osv-all.tar.xz"]),
        ({"osv": ["SUSE", "npm"], "suse": ["osv.tar.bz2"]}, []),
        ({"osv": ["npm"], "suse": ["osv.tar.bz2", "osv.txt"]}, ["suse/osv.tar.bz2"]),
        ({}, []),
    ],
)
def test_vendors_archives_stand_in_for_osv_s(files, read):
    assert [path for path in offered(osv, None, **files) if not path.startswith("osv/")] == read


def test_they_are_read_whole_and_a_single_record_too(tmp_path):
    def record(ecosystem, id):
        ranges = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2"}]}]
        return {"id": id, "affected": [{"package": {"ecosystem": ecosystem, "name": "keel"}, "ranges": ranges}]}

    one, other = (
        record("SUSE:Linux Enterprise Server 15 SP6", "SUSE-SU-2099:1-1"),
        record("openSUSE:Leap 15.6", "openSUSE-SU-2099:2-1"),
    )
    file = tmp_path / "file"
    file.write_bytes(packed_tar({"osv/1.json": json.dumps(one).encode(), "osv/2.json": json.dumps(other).encode()}))
    assert {found.id for found in osv.parse(Feed("suse/osv.tar.bz2", "", part="SUSE"), file)} == {one["id"], other["id"]}
    file.write_text(json.dumps(one, indent=2))
    assert {found.id for found in osv.parse(Feed("x.json", "", part="SUSE"), file)} == {one["id"]}
    file.write_text(json.dumps(one, indent=2)[:-20])
    with pytest.raises(ValueError, match=r"."):
        list(osv.parse(Feed("x.json", "", part="SUSE"), file))
