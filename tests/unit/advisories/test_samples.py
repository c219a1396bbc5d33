"""Files as vendors publish them, cut short: each is read by the source or the format that it is for."""

import pytest
from tests.support.feeds import packed_tar

from careen.advisories import almalinux, amazon, anolis, debian, fedora, openeuler, oracle, photon, redhat, rocky, suse, ubuntu
from careen.formats.archives.tar_archive import documents
from careen.formats.archives.zip import entries
from careen.formats.archives.zip import read as read_entry
from careen.formats.feeds import osv, oval, updateinfo
from careen.model.advisory import Advisory, VulnerabilityRecord
from careen.plugins import Feed

MAX = 64 << 20


@pytest.fixture(scope="module")
def samples(feeds):
    return feeds / "samples"


def one(update):
    return (update,)


def read(source, file, part, path=None):
    """The advisories of a file; every record but theirs has been looked at too."""
    records = list(source.parse(Feed(path or file.name, "", part=part), file))
    found = [one for one in records if isinstance(one, Advisory)]
    assert all(one.id and one.package and one.namespace for one in found)
    return found


@pytest.mark.parametrize(
    ("source", "pattern", "part", "namespaces"),
    [
        (amazon, "amazon/updateinfo_1.xml.gz", "1", {"amzn:1"}),
        (amazon, "amazon/updateinfo_2*.xml.gz", "2", {"amzn:2"}),
        (oracle, "oracle/linux/*.bz2", "", {"ol:5", "ol:8"}),
        (photon, "photon/cve/happy/cve_data_photon[45].0.json", "5.0", {"photon:5.0"}),
        (almalinux, "alma/errata/errata.full.json", "8", {"almalinux:8"}),
        (rocky, "rocky/updateinfo/happy/**/*updateinfo.xml.gz", "9", {"rocky:9"}),
        (anolis, "anolis/oval/happy/*.xml", "23", {"anolis:23"}),
        (suse, "suse/oval/happy/suse.linux.enterprise.1[56]-affected.xml.gz", "", None),
        (suse, "suse/oval/happy/opensuse.tumbleweed.xml.gz", "", {"opensuse-tumbleweed"}),
        (suse, "suse/oval/happy/opensuse.leap.15.2.xml.gz", "", {"opensuse-leap:15.2"}),
        (redhat, "redhat/vex/v1/2023/*.json", "2023", None),
        (openeuler, "openeuler/csaf/happy/advisories/2025/*.json", "2025", None),
        (openeuler, "openeuler/csaf/happy/cve/202[35]/*.json", "2025", None),
        (openeuler, "openeuler/cvrf/happy/cvrf/2025/*.xml", "", {"openeuler:22.03-lts-sp3"}),
        (debian, "debian/tracker/salsa/*.tar.gz", "lists", {"debian:10", "debian:11", "debian:12", "debian:sid"}),
        (debian, "debian/oval/*.bz2", "bullseye", {"debian:11"}),
        (ubuntu, "ubuntu/oval/oci.com.ubuntu.jammy.[cp]*.oval.xml.bz2", "jammy", {"ubuntu:22.04"}),
        (ubuntu, "ubuntu/vex/*.tar.xz", "VEX", None),
        (photon, "photon/oval/happy/*5.xml.gz", "5.0", {"photon:5.0"}),
        (photon, "photon/oval/happy/*1.xml.gz", "1.0", {"photon:1.0"}),
        (suse, "suse/csaf_vex/*.tar.bz2", "csaf-vex", None),
        (suse, "suse/csaf/*.tar.bz2", "csaf", {"sles:11.2", "sles:12", "sles:12.1", "sles-ltss:11.1", "sles-ltss:11.2"}),
        (suse, "suse/cvrf_cve/*/*.tar.bz2", "cvrf-cve", None),
        (redhat, "redhat/cve/CVE-*.json", "API", None),
        (redhat, "redhat/oval/v1/*.tar.gz", "OVAL v1", {"rhel:8", "rhel_cluster:5"}),
        (redhat, "redhat/oval/v2/**/*.bz2", "OVAL", None),
        (redhat, "redhat/csaf/*.tar.zst", "errata", None),
        (redhat, "redhat/csaf/2023/*.json", "errata", None),
    ],
)
def test_sources(samples, source, pattern, part, namespaces):
    files = sorted(samples.glob(pattern))
    assert files
    for file in files:
        found = read(source, file, part)
        assert found, file
        if namespaces:
            assert {one.namespace for one in found} <= namespaces
        # One record's statements on a package follow one another: the database keeps no others.
        places = [(one.namespace, one.package, one.id) for one in found]
        runs = [place for number, place in enumerate(places) if number == 0 or places[number - 1] != place]
        assert len(runs) == len(set(runs))


@pytest.mark.parametrize("name", ["vex/v1/csaf_vex_2024-08-04.tar.zst", "vex/v2/vex-archive.tar.zst"])
def test_red_hats_archive(samples, name):
    found = read(redhat, samples / "redhat" / name, "VEX", path="csaf_vex.tar.zst")
    by_place = {(one.namespace, one.package, one.id): one for one in found}
    assert by_place["rhel:9", "libtiff", "CVE-2023-6228"].status == "fixed"
    assert by_place["rhel:9", "libtiff", "CVE-2023-6228"].aliases == ("RHSA-2024:2289",)
    assert by_place["rhel:7", "libtiff", "CVE-2023-6228"].status == "end_of_life"
    assert by_place["rhel:8", "compat-libtiff3", "CVE-2023-6228"].status == "wont_fix"
    assert by_place["rhel:8", "libtiff", "CVE-2023-6228"].status == "open"
    assert by_place["rhel:9", "kernel", "CVE-2023-6238"].status == "not_affected"
    assert "rhel_eus:9.2" in {one.namespace for one in found}
    assert not any(one.package.endswith("-debuginfo") for one in found)


def test_ubuntus_tracker(samples, tmp_path):
    root = samples / "ubuntu" / "tracker" / "ubuntu-cve-tracker"
    file = tmp_path / "ubuntu-cve-tracker.tar.gz"
    file.write_bytes(
        packed_tar({one.relative_to(root).as_posix(): one.read_bytes() for one in root.rglob("*") if one.is_file()})
    )
    found = {(one.namespace, one.package): one.status for one in read(ubuntu, file, "tracker")}
    assert found["ubuntu:16.04", "linux"] == "end_of_life"
    assert found["ubuntu:22.04", "linux"] == "undetermined"
    assert found["ubuntu:20.04", "linux-riscv"] == "wont_fix"


def test_ubuntus_notices(samples):
    """Those of the first release name no versions."""
    pages = sorted((samples / "ubuntu" / "notice" / "happy").glob("*.json"))
    found = [one for page in pages for one in ubuntu.parse(Feed("notices/0.json", "", part="notices"), page)]
    assert {one.id: one.aliases for one in found} == {
        "USN-1-1": ("CVE-2004-0955",),
        "USN-2-1": ("CVE-2004-0889",),
        "USN-21-1": ("CVE-2004-0990",),
    }


def test_bulletins_of_hot_patches_state_nothing(samples):
    (file,) = (samples / "openeuler/cvrf/happy/hotpatch_cvrf").rglob("*.xml")
    assert read(openeuler, file, "") == []


def test_oval_of_others(samples):
    for file in [*samples.glob("alma/oval/*.bz2"), *samples.glob("photon/oval/happy/*.gz")]:
        found = list(oval.definitions(file, MAX))
        assert all(one.tested and one.cves for one in found), file
    alma = [one for file in samples.glob("alma/oval/*.bz2") for found in oval.definitions(file, MAX) for one in found.tested]
    assert {one.module for one in alma} == {"", "nodejs:18"}


def test_updates_of_almalinux(samples):
    found = [
        update for file in samples.glob("alma/updateinfo/happy/**/*.xml.gz") for update in updateinfo.updates(file, MAX, one)
    ]
    assert {update.id: update.cves for update in found} == {
        "ALSA-2022:4940": ("CVE-2022-1271",),
        "ALSA-2023:7549": ("CVE-2023-44487",),
    }


def test_updates_of_fedora(samples):
    files = sorted((samples / "fedora").glob("**/*updateinfo.xml.*"))
    assert {file.suffix for file in files} == {".bz2", ".xz", ".zst"}
    found = {update.id: update for file in files for update in updateinfo.updates(file, MAX, one)}
    assert set(found) == {"FEDORA-MODULAR-2024-deafa21e1d"}  # the others fix bugs alone
    assert found["FEDORA-MODULAR-2024-deafa21e1d"].cves == ("CVE-2024-24989", "CVE-2024-24990")
    for file in files:
        list(fedora.parse(Feed("f", "", part="43"), file))


@pytest.mark.parametrize("vendor", ["alma", "rocky"])
@pytest.mark.parametrize(("case", "reason"), [("badid", "no usable id"), ("corruptcrc", "damaged gzip")])
def test_damaged_updates_are_refused(samples, vendor, case, reason):
    (file,) = (samples / vendor / "updateinfo" / case).glob("**/*updateinfo.xml.gz")
    with pytest.raises(ValueError, match=reason):
        list(rocky.parse(Feed("f", "", part="9"), file))


def test_a_document_that_is_not_json(samples):
    (file,) = (samples / "openeuler/csaf/happy/cve/2024").glob("*.json")
    with pytest.raises(ValueError, match="not a CSAF document"):
        list(openeuler.parse(Feed("f", "", part="2024"), file))


@pytest.mark.parametrize(("vendor", "ecosystem"), [("redhat", "Red Hat"), ("rocky", "Rocky Linux")])
def test_osv_of_distributions(samples, vendor, ecosystem):
    file = samples / vendor / "osv" / ("all.zip" if vendor == "redhat" else "happy/all.zip")
    file = file if file.exists() else samples / vendor / "osv" / "all.zip"
    with file.open("rb") as stream:
        records = [
            record
            for entry in entries(stream)
            if entry.name.endswith(".json")
            for record in osv.read(read_entry(stream, entry, MAX), ecosystem, "2099-01-01")
        ]
    assert any(isinstance(one, Advisory) for one in records)
    assert any(isinstance(one, VulnerabilityRecord) for one in records)


def test_osv_of_suse_and_openeuler(samples):
    data = list(documents(samples / "suse/osv/osv.tar.bz2", ".json", MAX, 1 << 30))
    data += [file.read_bytes() for file in samples.glob("openeuler/osv/happy/OESA*.json")]
    found = []
    for one in data:
        try:
            found += [record for record in osv.read(one, None, "2099-01-01") if isinstance(record, Advisory)]
        except ValueError:
            assert one.startswith(b"[")  # the list of all records
    assert "suse" in {one.source for one in found}
    assert any(one.namespace.startswith("openeuler:20.03-lts") for one in found)
