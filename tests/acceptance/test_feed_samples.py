"""Every source reads what its upstream publishes: samples in their original formats, where they are at hand."""

import importlib
import os
import tarfile
from collections import Counter
from pathlib import Path

import pytest

from careen.formats.archives.tar_archive import documents
from careen.formats.feeds import osv
from careen.formats.feeds.ecosystems import namespace_of
from careen.model.advisory import Advisory, VulnerabilityRecord
from careen.plugins import Feed
from tests.support.feeds import packed_tar

SAMPLES = Path(os.environ.get("CAREEN_FEEDS", ".cache/feeds")) / "samples"
pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="no samples of feeds")


def records(source, path, part=""):
    module = importlib.import_module(f"careen.advisories.{source}")
    return list(module.ADVISORY_SOURCE.parse(Feed(path, "", part=part), SAMPLES / path))


def namespaces(found):
    return {record.namespace for record in found if isinstance(record, Advisory)}


ZIPS = [
    *[("bitnami", "Bitnami"), ("cargo", "crates.io"), ("composer", "Packagist"), ("erlang", "Hex"), ("golang", "Go")],
    *[("maven", "Maven"), ("npm", "npm"), ("nuget", "NuGet"), ("pip", "PyPI"), ("pub", "Pub"), ("rubygems", "RubyGems")],
    *[("swift", "SwiftURL"), ("echo", "Echo"), ("minimos", "MinimOS")],
]


@pytest.mark.parametrize(("folder", "ecosystem"), ZIPS, ids=[folder for folder, _ in ZIPS])
def test_osv_by_ecosystem(folder, ecosystem):
    (path,) = (SAMPLES / folder / "osv").rglob("all.zip")
    found = records("osv", path.relative_to(SAMPLES).as_posix(), ecosystem)
    assert namespaces(found) == {namespace_of(ecosystem)}
    assert all(record.ranges or record.versions for record in found if isinstance(record, Advisory))


@pytest.mark.parametrize(("folder", "base"), [("debian", "debian:"), ("alpine", "alpine:")])
def test_osv_of_distributions_that_have_trackers_of_their_own(folder, base):
    found = records("osv", f"{folder}/osv/all.zip", folder.capitalize())
    assert found and all(namespace.startswith(base) for namespace in namespaces(found))


GITHUB = ["cargo", "composer", "erlang", "golang", "maven", "npm", "nuget", "pip", "pub", "rubygems", "swift"]


@pytest.mark.parametrize("folder", GITHUB)
def test_advisories_of_github(folder):
    found = records("osv", f"{folder}/ghsa/main.tar.gz", "GitHub")
    assert namespaces(found)
    assert {record.source for record in found} == {"ghsa"}
    assert all(record.id.startswith("GHSA-") for record in found)


GITLAB = {
    "composer": ("packagist", {"Packagist"}), "golang": ("go", {"Go"}), "maven": ("maven", {"Maven"}), "npm": ("npm", {"npm"}),
    "nuget": ("nuget", {"NuGet"}), "pip": ("pypi", {"PyPI"}), "rubygems": ("gem", {"RubyGems"}),
}  # fmt: skip


@pytest.mark.parametrize("folder", GITLAB)
def test_advisories_of_gitlab(folder):
    type, expected = GITLAB[folder]
    found = records("gitlab", f"{folder}/glsa/advisories-community-main-{type}.tar.gz")
    assert namespaces(found) == expected
    advisories = [record for record in found if isinstance(record, Advisory)]
    with tarfile.open(SAMPLES / folder / "glsa" / f"advisories-community-main-{type}.tar.gz") as archive:
        assert len(advisories) == sum(name.endswith(".yml") for name in archive.getnames())


ALPINE = [(f"{branch}/{name}", branch) for branch in ("edge", "v3.16") for name in ("main", "community")]


@pytest.mark.parametrize(("path", "part"), [*ALPINE, ("v3.2/main", "v3.2")])
def test_alpine(path, part):
    found = records("alpine", f"alpine/secdb/{path}.json", part)
    assert namespaces(found) == {f"alpine:{part.removeprefix('v')}"}
    assert all(record.ranges[0].fixed for record in found)


def test_errata_page_of_rocky():
    found = [record for page in (1, 2) for record in records("rocky", f"rocky/errata/happy/page{page}.json", "errata")]
    assert namespaces(found) == {"rocky:10"}
    assert {record.id for record in found} == {"RLSA-2025:21816"}  # the other fixes bugs alone


def test_other_forms_of_almalinuxs_errata():
    oval = records("almalinux", "alma/oval/org.almalinux.alsa-9.xml.bz2", "9")
    assert namespaces(oval) == {"almalinux:9"}
    assert {record.module for record in oval if isinstance(record, Advisory)} == {None, "nodejs:18"}
    source = importlib.import_module("careen.advisories.almalinux")
    for file in (SAMPLES / "alma" / "updateinfo" / "happy").rglob("*updateinfo.xml.gz"):
        found = list(source.parse(Feed("almalinux/9/BaseOS/updateinfo.xml", "", part="9"), file))
        assert namespaces(found) == {"almalinux:9"}


def test_minimos():
    found = records("minimos", "minimos/secdb/happy/security.json")
    assert [(record.package, record.id, record.ranges[0].fixed) for record in found] == [
        ("binutils", "CVE-2025-0840", "2.44-r0"),
        ("binutils", "GHSA-c5qp-mx9f-m5c7", "2.44-r0"),
    ]


def test_echo():
    found = records("echo", "echo/data/happy/data.json")
    assert {(record.package, record.id): record.status for record in found} == {
        ("firefox", "CVE-2025-4091"): "open",
        ("firefox-esr", "CVE-2025-4091"): "fixed",
    }


def test_arch():
    found = records("arch", "arch/advisory.json")
    assert namespaces(found) == {"arch"}
    assert {record.status for record in found} <= {"fixed", "open"}


def test_debian():
    found = records("debian", "debian/tracker/api/advisory.json", "tracker")
    assert all(namespace.startswith("debian:") for namespace in namespaces(found))
    assert Counter(map(type, found))[VulnerabilityRecord] > 0


@pytest.mark.parametrize("day", ["2021-04-14", "2021-09-01", "2022-02-04", "2023-03-07"])
def test_epss(day):
    found = records("epss", f"epss/epss_scores-{day}.csv.gz")
    assert found and all(record.id.startswith("CVE-") and 0 <= record.score <= 1 for record in found)


@pytest.mark.parametrize("year", ["2002", "2021", "modified"])
def test_nvd(year):
    found = records("nvd", f"nvd/feed/cve/v2/nvdcve-2.0-{year}.json.gz")
    assert any(record.cvss for record in found if isinstance(record, VulnerabilityRecord))


def test_exploits():
    found = records("exploitdb", "exploit/exploitdb/files_exploits.csv")
    assert found and all(record.id.startswith("CVE-") and record.published for record in found)


def test_freebsd():
    found = records("freebsd", "freebsd/vuln.xml.bz2")
    assert namespaces(found) == {"freebsd"}
    assert all(record.ranges for record in found if isinstance(record, Advisory))


def test_gentoo(tmp_path):
    folder = SAMPLES / "gentoo" / "glsa" / "data"
    file = tmp_path / "glsa.tar.gz"
    file.write_bytes(packed_tar({path.name: path.read_bytes() for path in folder.glob("*.xml")}))
    found = records("gentoo", str(file))
    assert namespaces(found) == {"gentoo"}
    vulnerable = [record for record in found if isinstance(record, Advisory) and record.status == "fixed"]
    assert all(record.ranges[0].fixed and record.aliases[0].startswith("CVE-") for record in vulnerable)


def test_openssl(tmp_path):
    folder = SAMPLES / "openssl" / "secjson" / "happy"
    file = tmp_path / "metadata.tar.gz"
    file.write_bytes(packed_tar({path.name: path.read_bytes() for path in folder.glob("*.json")}))
    found = [record for record in records("openssl", str(file)) if isinstance(record, Advisory)]
    assert len(found) == len(list(folder.glob("cve-*.json")))
    assert all(record.ranges and record.severity != "unknown" for record in found if record.id > "CVE-2020")


def test_ubuntu():
    found = records("ubuntu", "ubuntu/oval/oci.com.ubuntu.jammy.cve.oval.xml.bz2", "jammy")
    assert namespaces(found) == {"ubuntu:22.04"}
    assert all(record.ranges[0].fixed for record in found if isinstance(record, Advisory))


def test_ubuntu_as_osv():
    found = []
    for data in documents(SAMPLES / "ubuntu" / "osv" / "happy" / "osv-all.tar.xz", ".json", 8 << 20, 1 << 28):
        found += osv.read(data, "Ubuntu", "2026-01-01")
    assert all(namespace.startswith(("ubuntu:", "ubuntu-pro")) for namespace in namespaces(found))
    assert namespaces(found)
