"""Packages of images that decide about each other, and records about them, for tests of units."""

from hypothesis import strategies as st

from careen.model.advisory import Listed, Malicious, Support, VulnerabilityRecord
from careen.model.inventory import Changelog, ChangelogEntry, ContentSets, Inventory, OwnerFiles, OwnerRead, ProgramRead
from careen.model.origin import Origin
from careen.model.package import Distribution, Evidence, Package, Source
from tests.support.matching import ALMA, DEBIAN, advisory, deb, info, pypi, rpm

OWNER = deb("python3-django", "4.2.1-1", Source("python-django", "4.2.1-1"))
NEXT_OWNER = deb("python3-lxml", "4.9.2-1", Source("lxml", "4.9.2-1"))
STREAM = "nodejs:18:8090:rhel8"


def packages():
    versions = st.sampled_from(("1.0-1", "3.0.11-1", "3.0.12-1", "9.9-1"))
    names = st.sampled_from(("libssl3", "zlib1g", "libxml2", "lib-acme"))
    sources = st.sampled_from((Source("openssl", "3.0.11-1"), Source("libxml2", "2.9-1"), None))
    vendors = st.sampled_from(("distribution", "third_party", "unknown"))
    debs = st.builds(
        lambda name, version, source, vendor: deb(name, version, source, vendor=vendor), names, versions, sources, vendors
    )
    owned = st.sampled_from((None, OWNER.purl, NEXT_OWNER.purl, "pkg:deb/debian/gone@1"))
    places = st.sampled_from(("usr/lib/python3/dist-packages/x", "opt/app/x", "usr/bin/tool"))
    pypis = st.builds(
        lambda name, version, owner, path, presence: pypi(
            name, version, owned_by=owner, presence=presence, evidence=(Evidence(path, 1),)
        ),
        st.sampled_from(("django", "lxml", "evil")),
        st.sampled_from(("4.2.1", "4.9.2", "not a version")),
        owned,
        places,
        st.sampled_from(("present", "declared")),
    )
    rpms = st.builds(
        lambda name, version, module, layer: rpm(name, version, module=module, evidence=(Evidence("db", layer),)),
        st.sampled_from(("nodejs", "npm", "openssl-libs")),
        st.sampled_from(("1:18.1-1", "1:18.9-1")),
        st.sampled_from((None, STREAM, "nodejs:20:8090:rhel8")),
        st.integers(0, 2),
    )
    others = st.sampled_from(
        (
            Package("generic", None, "acme", "1.0"),
            Package("strange", None, "acme", "1.0"),
            Package("maven", None, "guessed", "1.0", confidence=0.3),
            Package("golang", None, "k8s.io/kubernetes", "1.20.1", evidence=(Evidence("usr/bin/kubelet", 0),)),
            Package("generic", None, "tool", "1.0", cataloger="elf_note", evidence=(Evidence("usr/bin/tool", 0),)),
            Package("pypi", None, "lxml", "", origin=Origin("lxml", ("4.9.1", "4.9.2"), "exact")),
            Package("strange", None, "found", "2.0", origin=Origin("found", ("2.0",), "high")),
        )
    )
    return st.lists(st.one_of(debs, pypis, rpms, others, st.sampled_from((OWNER, NEXT_OWNER))), max_size=12)


def read(owner, changelog):
    paths = ("usr/lib/python3/dist-packages/x", "opt/app/x")
    return OwnerRead(owner.purl, paths, Changelog("usr/share/doc/x", ("4.2.1-1",), changelog) if changelog else None)


RECORDS = (
    advisory(),
    advisory("CVE-2026-0003", "9.8-1", package="libxml2"),
    advisory("CVE-2026-0002", "4.2.2", "PyPI", "django", source="osv"),
    advisory("CVE-2026-0004", "5.0", "PyPI", "lxml", source="osv"),
    VulnerabilityRecord("GHSA-aaaa", "ghsa", aliases=("CVE-2026-0004",), summary="vendored libxml2 in lxml"),
    Malicious("MAL-1", "PyPI", "evil"),
    advisory("CVE-2026-0005", "1:18.5-1", "almalinux:8", "nodejs", module="nodejs:18", source="almalinux"),
    Support("debian:12", "2025-01-01"),
    Listed("debian:12", "openssl", ("3.0.11-1",), "2026-05-30"),
    Listed("debian:12", "lib-acme", (), "2026-05-30"),
)
INFOS = (
    (info(unfixed=True), info("PyPI", "osv"), info("almalinux:8", "almalinux")),
    (info(packages=5), info("PyPI", "osv", partial=True), info("almalinux:8", "almalinux", packages=5)),
    (info("PyPI", "osv"),),
)


def inventories():
    reads = ((), (read(OWNER, ()),), (read(NEXT_OWNER, (ChangelogEntry("4.9.2-1", ("CVE-2026-0004",)),)),))
    return st.builds(
        lambda found, distribution, reads, unrecorded, sets: Inventory(
            distribution,
            tuple(found),
            owners_read=reads,
            owner_files=(OwnerFiles(OWNER.purl, ()), OwnerFiles(NEXT_OWNER.purl, (), (), Evidence("x", 0))),
            no_package_database=unrecorded,
            programs_read=(ProgramRead("usr/bin/tool", ()),),
            content_sets=sets,
        ),
        packages(),
        st.sampled_from((DEBIAN, ALMA, Distribution("acme", "1"), None)),
        st.sampled_from(reads),
        st.booleans(),
        st.sampled_from(((), (ContentSets(("rhel-8",), 0), ContentSets(("rhel-8-eus",), 2)))),
    )
