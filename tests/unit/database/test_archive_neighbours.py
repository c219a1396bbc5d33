"""Fixes that a release's changelog names without the CVE, which a newer release has beside the other name."""

import pytest
from tests.support.archive import Archive, changelog, deb, debian_tar

from careen.database.archive import release_facts
from careen.database.archive_files import Archives
from careen.versions.deb import key

OWN = changelog("jib", ("1.4-2+deb12u1", "patch the sheets (Closes: #1012345)", "patch the sails (T1234)"), ("1.4-2", "Begun"))
PATCH = "Date: Sun, 01 Mar 2026 08:00:00 +0000\nSubject: sails\nJib-bug-id: T77123\n---\n+++ b/x\n"


@pytest.fixture(autouse=True)
def no_keys(monkeypatch):
    monkeypatch.setattr("careen.signing.signature.KEYRINGS", ())


def archive(next_text, own=OWN, patches=None, next_patches=None, packages=None, status="stable"):
    made = Archive()
    made.suite("bookworm", [made.source("jib", "1.4-2+deb12u1", debian_tar(own, patches=patches))])
    packages = [made.binary(name, "2.0-1", data, "jib (2.0-1)") for name, data in (packages or {}).items()]
    source = made.source("jib", "2.0-1", debian_tar(changelog("jib", ("2.0-1", next_text)), patches=next_patches))
    made.suite("trixie", [source], packages, status=status)
    return made


def fixes(made, root, wanted=("1.4-2",)):
    return facts(made, root, wanted).sources["jib"].cves_by_version


def facts(made, root, wanted=("1.4-2",)):
    return release_facts(Archives([str(made.write(root))], None), "bookworm", {"jib": wanted}, key)


@pytest.mark.parametrize("wanted", [("1.4-2",), ()], ids=["installed", "whatever is installed"])
def test_the_newer_release_s_changelog_names_the_cve(tmp_path, wanted):
    made = archive("CVE-2026-0001: torn sheets (Closes: #1012345)")
    assert fixes(made, tmp_path, wanted) == {"1.4-2+deb12u1": ("CVE-2026-0001",)}


def test_the_evidence_is_stated(tmp_path):
    remark = "a newer release names the vulnerabilities that are fixed in jib"
    assert remark in facts(archive("CVE-2026-0001: torn sheets (Closes: #1012345)"), tmp_path / "named").detail
    assert remark not in facts(archive("CVE-2026-0001: torn sheets (Closes: #1012399)"), tmp_path / "not").detail


def test_or_the_name_of_its_patch(tmp_path):
    made = archive(
        "Repair",
        patches={"series": "sails.patch", "sails.patch": PATCH},
        next_patches={"series": "CVE-2026-0002.patch", "CVE-2026-0002.patch": PATCH},
    )
    assert fixes(made, tmp_path) == {"1.4-2": ("CVE-2026-0002",)}  # the lowest of those made on that day


def test_or_upstream_s_news_in_a_package_of_its_name(tmp_path):
    news = "Changes in 2.0\n\n * Torn sails could be flown.  [T1234, CVE-2026-0003]\n\n * Others [T1299, CVE-2026-0004]\n"
    text = changelog("jib", ("2.0-1", "New"))
    small = {f"lib{number}": deb(f"lib{number}", text) for number in range(3)}
    made = archive("New", packages={**small, "jib": deb("jib", text, news=news + " " * 4000)})
    assert fixes(made, tmp_path) == {"1.4-2+deb12u1": ("CVE-2026-0003",)}


def test_a_mistyped_name_is_corrected_by_the_newer_release(tmp_path):
    own = changelog("jib", ("1.4-2+deb12u1", "CVE-2026-1234, CVE-2026-1235, CVE-2026-1336", "more (T1234)"), ("1.4-2", "Begun"))
    made = archive("CVE-2026-1234, CVE-2026-1235 and CVE-2026-1326: torn sails", own)
    assert fixes(made, tmp_path) == {"1.4-2+deb12u1": ("CVE-2026-1234", "CVE-2026-1235", "CVE-2026-1326")}


@pytest.mark.parametrize(
    "text",
    [
        "CVE-2026-0001 and other bugs (Closes: #1012345, #1012346)",
        "Repair a regression of CVE-2026-0001 (Closes: #1012345)",
        "CVE-2026-0001: torn sheets (Closes: #1012399)",
    ],
)
def test_what_is_not_plain_is_not_used(tmp_path, text):
    assert fixes(archive(text), tmp_path) == {}


def test_a_cve_that_the_release_names_itself_keeps_its_version(tmp_path):
    own = changelog(
        "jib", ("1.4-2+deb12u2", "CVE-2026-0001"), ("1.4-2+deb12u1", "patch (Closes: #1012345)"), ("1.4-2", "Begun")
    )
    made = archive("CVE-2026-0001: torn sheets (Closes: #1012345)", own)
    made.suite("bookworm", [made.source("jib", "1.4-2+deb12u2", debian_tar(own))])
    assert fixes(made, tmp_path) == {"1.4-2+deb12u2": ("CVE-2026-0001",)}


def test_the_newest_release_that_has_the_package_is_asked(tmp_path):
    made = archive("CVE-2026-0001: torn sheets (Closes: #1012345)")
    newest = changelog("jib", ("3.0-1", "CVE-2026-0002: torn sheets (Closes: #1012345)"))
    made.suite("forky", [made.source("jib", "3.0-1", debian_tar(newest))], status="stable")
    assert fixes(made, tmp_path / "both") == {"1.4-2+deb12u1": ("CVE-2026-0002",)}
    made.suite("forky", [made.source("keel", "3.0-1", debian_tar(newest))], status="stable")
    assert fixes(made, tmp_path / "gone") == {"1.4-2+deb12u1": ("CVE-2026-0001",)}


def test_a_release_that_changes_every_day_is_not_asked(tmp_path):
    assert fixes(archive("CVE-2026-0001 (Closes: #1012345)", status="testing"), tmp_path) == {}


def test_without_a_newer_release_or_with_a_damaged_one_the_own_words_count(tmp_path):
    made = archive("CVE-2026-0001: torn sheets (Closes: #1012345)")
    made.files["pool/jib/jib_2.0-1.debian.tar.xz"] = b"nothing"
    assert fixes(made, tmp_path / "damaged") == {}
    made.files = {path: data for path, data in made.files.items() if "trixie" not in path}
    assert fixes(made, tmp_path / "none") == {}


def test_nothing_of_a_newer_release_is_read_where_every_fix_has_its_cve(tmp_path):
    made = archive("x", changelog("jib", ("1.4-2+deb12u1", "CVE-2026-0001 (Closes: #1012345)"), ("1.4-2", "Begun")))
    places = Archives([str(made.write(tmp_path))], None)
    asked = []
    suites = places.suites
    places.suites = lambda codename: asked.append(codename) or suites(codename)
    release_facts(places, "bookworm", {"jib": ("1.4-2",)}, key)
    assert asked == ["bookworm"]


def test_of_a_binary_package_the_patches_of_the_next_older_source_count(tmp_path):
    made = Archive()
    text = changelog("jib", ("1.4-2+deb12u2", "repair"), ("1.4-2+deb12u1", "repair"), ("1.4-2", "Begun"))
    patches = {"series": "CVE-2026-0005.patch", "CVE-2026-0005.patch": PATCH}
    older = debian_tar(changelog("jib", ("1.4-2+deb12u1", "repair"), ("1.4-2", "Begun")), patches=patches)
    made.suite("bookworm", [made.source("jib", "1.4-2+deb12u1", older)])
    made.suite(
        "bookworm-security", [made.source("jib", "1.4-2+deb12u2", b"")], [made.binary("jib", "1.4-2+deb12u2", deb("jib", text))]
    )
    del made.files["pool/jib/jib_1.4-2+deb12u2.debian.tar.xz"]
    assert fixes(made, tmp_path) == {"1.4-2": ("CVE-2026-0005",)}
