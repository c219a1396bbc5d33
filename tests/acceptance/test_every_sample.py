"""No sample is forgotten: each file of these vendors and ecosystems is read by a source, refused by it, or listed here.

What the records are is looked at in ``test_feed_samples``; here only that there are some, and that damage is noticed.
"""

import importlib
import os
from fnmatch import fnmatch
from pathlib import Path

import pytest

from careen.database.change_lists import changes
from careen.database.listings import listed
from careen.plugins import Feed

SAMPLES = Path(os.environ.get("CAREEN_FEEDS", ".cache/feeds")) / "samples"
pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="no samples of feeds")

LANGUAGES = {
    "cargo": "crates.io", "composer": "Packagist", "erlang": "Hex", "golang": "Go", "maven": "Maven", "npm": "npm",
    "nuget": "NuGet", "pip": "PyPI", "pub": "Pub", "rubygems": "RubyGems", "swift": "SwiftURL",
}  # fmt: skip
# pattern: source, part, and the path that a mirror has the file under where the source goes by it
READ = {
    **{f"{folder}/osv/*all.zip": ("osv", ecosystem, "") for folder, ecosystem in LANGUAGES.items()},
    "*/ghsa/main.tar.gz": ("osv", "GitHub", ""),
    "*/glsa/advisories-community-main-*.tar.gz": ("gitlab", "", ""),
    "alma/errata/errata.full.json": ("almalinux", "8", "almalinux/8/errata.full.json"),
    "alma/oval/*.bz2": ("almalinux", "9", ""),
    "alma/updateinfo/*updateinfo.xml.gz": ("almalinux", "9", "almalinux/9/BaseOS/updateinfo.xml"),
    "alpine/osv/all.zip": ("osv", "Alpine", ""),
    "alpine/secdb/*.json": ("alpine", "edge", ""),
    "amazon/updateinfo_*.xml.gz": ("amazon", "2", ""),
    "anolis/oval/happy/*.xml": ("anolis", "23", ""),
    "arch/advisory.json": ("arch", "", ""),
    "bitnami/osv/all.zip": ("osv", "Bitnami", ""),
    "echo/data/happy/data.json": ("echo", "", ""),
    "echo/osv/happy/all.zip": ("osv", "Echo", ""),
    "epss/*.csv.gz": ("epss", "", ""),
    "exploit/exploitdb/files_exploits.csv": ("exploitdb", "", ""),
    "fedora/*-updateinfo.xml.*": ("fedora", "38", ""),
    "freebsd/vuln.xml.bz2": ("freebsd", "", ""),
    "minimos/osv/happy/all.zip": ("osv", "MinimOS", ""),
    "minimos/secdb/happy/security.json": ("minimos", "", ""),
    "debian/osv/all.zip": ("osv", "Debian", ""),
    "debian/oval/*.bz2": ("debian", "bullseye", ""),
    "debian/tracker/api/*.json": ("debian", "tracker", ""),
    "debian/tracker/salsa/*.tar.gz": ("debian", "lists", ""),
    "openeuler/csaf/*.json": ("openeuler", "", ""),
    "openeuler/cvrf/*.xml": ("openeuler", "", ""),
    "openeuler/osv/happy/OESA-*": ("osv", "openEuler", ""),
    "suse/osv/*": ("osv", "SUSE", "suse/osv.tar.bz2"),
    "ubuntu/osv/*": ("osv", "Ubuntu", "ubuntu/osv-all.tar.xz"),
    "oracle/linux/*.bz2": ("oracle", "", ""),
    "photon/cve/*photon1.0.json": ("photon", "1.0", ""),
    "photon/cve/*photon4.0.json": ("photon", "4.0", ""),
    "photon/cve/*photon5.0.json": ("photon", "5.0", ""),
    "photon/oval/*photon1.xml.gz": ("photon", "1.0", ""),
    "photon/oval/*photon5.xml.gz": ("photon", "5.0", ""),
    "redhat/csaf/*.tar.zst": ("redhat", "errata", ""),
    "redhat/csaf/*/rhsa-*.json": ("redhat", "errata", ""),
    "redhat/cve/CVE-*.json": ("redhat", "API", ""),
    "redhat/osv/all.zip": ("osv", "Red Hat", ""),
    "redhat/oval/v1/*.tar.gz": ("redhat", "OVAL v1", ""),
    "redhat/oval/v2/*.bz2": ("redhat", "OVAL", ""),
    "redhat/vex/*.tar.zst": ("redhat", "VEX", ""),
    "redhat/vex/*.json": ("redhat", "VEX", ""),
    "suse/csaf/*.tar.bz2": ("suse", "csaf", ""),
    "suse/csaf_vex/*.tar.bz2": ("suse", "csaf-vex", ""),
    "suse/cvrf_cve/*.tar.bz2": ("suse", "cvrf-cve", ""),
    "suse/oval/*.xml.gz": ("suse", "suse.linux.enterprise.15", ""),
    "ubuntu/notice/*.json": ("ubuntu", "notices", ""),
    "ubuntu/oval/*fips-updates*.pkg.*": ("ubuntu", "fips-updates/jammy", ""),
    "ubuntu/oval/oci.com.ubuntu.jammy.[cp]*": ("ubuntu", "jammy", ""),
    "ubuntu/oval/*.usn.*": ("ubuntu", "jammy by notice", ""),
    "ubuntu/vex/*.tar.xz": ("ubuntu", "VEX", ""),
    "rocky/errata/happy/*.json": ("rocky", "errata", ""),
    "rocky/osv/all.zip": ("osv", "Rocky Linux", ""),
    "rocky/updateinfo/*updateinfo.xml.gz": ("rocky", "9", ""),
}
REFUSED = ("*/badid/*", "*/corruptcrc/*")
OLD = "releases that no source assesses"
BUGS_ALONE = "its updates fix bugs alone"
WITHOUT_RECORDS = {
    "fedora/*/epel/6*/SRPMS/*": BUGS_ALONE,
    "fedora/*/updates/43/*": BUGS_ALONE,
    "fedora/*/38/Modular/*": "an update of a module lists no packages; Fedora's modules ended with that release",
    "rocky/errata/happy/page2.json": BUGS_ALONE,
    "suse/oval/happy/*server.9.xml.gz": OLD,
    "suse/oval/happy/*server.10.xml.gz": OLD,
    "suse/oval/happy/opensuse.1*.xml.gz": OLD,
    "suse/oval/happy/*-16-patch*": "the same by erratum",
}
INDEXES = (
    "*/indexof*.html", "*repomd*.xml", "*/fullfiletimelist*", "anolis/oval/happy/list.json", "*/index*_valid.html",
    "*/index.txt", "*/changes.csv", "*/deletions.csv", "*/archive_latest.txt", "photon/cve/happy/photon_versions.json",
    "openeuler/osv/happy/all.json", "redhat/oval/v2/oval/v2/feed.json", "redhat/cve/cve.json",
)  # fmt: skip
NOT_READ = {
    "openeuler/csaf/happy/cve/2024/*": "it is not JSON, which test_samples covers",
    "ubuntu/oval/*fips-updates*.cve.*": "it repeats the release's statements about other builds",
    "ubuntu/tracker/*": "files of a repository, which come in one archive (test_samples packs them)",
    "*-modules.yaml.*": "the packages of modules, which errata name themselves",
    "exploit/exploitdb/files_papers.csv": "a paper is no exploit",
    "exploit/exploitdb/files_shellcodes.csv": "shellcode names no vulnerability",
    "exploit/exploitdb/ghdb.xml": "searches for what is exposed, which are of no package",
}
EMPTY = (  # lists of a tree without files
    "*/fullfiletimelist-fedora-secondary",
    "*/fullfiletimelist-epel",
    "rocky/updateinfo/[bc]*/vault/*",
    "rocky/updateinfo/[bc]*/sig/fullfiletimelist",
)
FAMILIES = {pattern.partition("/")[0] for pattern in READ} - {"*"}


def files():
    found = (path.relative_to(SAMPLES).as_posix() for path in sorted(SAMPLES.rglob("*")) if path.is_file())
    return [path for path in found if path.partition("/")[0] in FAMILIES]


def is_one_of(path, patterns):
    return any(fnmatch(path, pattern) for pattern in patterns)


@pytest.mark.parametrize("path", files())
def test_sample(path):
    if is_one_of(path, NOT_READ):
        return
    if is_one_of(path, INDEXES):
        assert bool(listed((SAMPLES / path).read_bytes())) != is_one_of(path, EMPTY)
        return
    name, part, mirrored = next((source for pattern, source in READ.items() if fnmatch(path, pattern)), ("", "", ""))
    assert name, "no reader takes it, and no reason is given"
    source = importlib.import_module(f"careen.advisories.{name}").ADVISORY_SOURCE
    feed = Feed(mirrored or path, "", part=part)
    if is_one_of(path, REFUSED):
        with pytest.raises(ValueError, match=r"no usable id|damaged gzip"):
            list(source.parse(feed, SAMPLES / path))
    else:
        assert bool(list(source.parse(feed, SAMPLES / path))) != is_one_of(path, WITHOUT_RECORDS)


@pytest.mark.parametrize(
    "path", [path for path in files() if not is_one_of(path, (*NOT_READ, *REFUSED, *WITHOUT_RECORDS, *INDEXES))]
)
def test_a_truncated_sample_is_refused_or_gives_less(path, tmp_path):
    name, part, mirrored = next(source for pattern, source in READ.items() if fnmatch(path, pattern))
    source = importlib.import_module(f"careen.advisories.{name}").ADVISORY_SOURCE
    whole = list(source.parse(Feed(mirrored or path, "", part=part), SAMPLES / path))
    file = tmp_path / "feed"
    file.write_bytes((SAMPLES / path).read_bytes()[: (SAMPLES / path).stat().st_size * 2 // 3])
    records = []
    try:
        records.extend(source.parse(Feed(mirrored or path, "", part=part), file))
    except ValueError:
        return
    assert len(records) < len(whole)


@pytest.mark.parametrize("path", [path for path in files() if is_one_of(path, INDEXES) and not is_one_of(path, EMPTY)])
def test_an_index_that_is_cut_short_is_refused_or_names_less(path):
    data = (SAMPLES / path).read_bytes()
    try:
        assert set(listed(data[: len(data) // 3])) != set(listed(data))
    except ValueError:
        return


@pytest.mark.parametrize("path", [path for path in files() if is_one_of(path, ("*/changes.csv", "*/deletions.csv"))])
def test_lists_of_changes_name_records_and_moments(path):
    found = list(changes((SAMPLES / path).read_text("utf-8").splitlines()))
    assert [one.at for one in found] == sorted((one.at for one in found), reverse=True)
    assert all(one.id.startswith(("CVE-", "RHSA-")) for one in found)
