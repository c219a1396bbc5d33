"""Where packages have their changelog, and what a source package's patches tell."""

import io

import pytest
from tests.support.archive import changelog, deb, debian_tar, diff_gz

from careen.database.source_package import fix_evidence_in

TEXT = changelog("jib", ("1.4-2+deb12u1", "CVE-2026-0001: overflow"), ("1.4-2", "New upstream release"))
PATCH = "From: A\nDate: Mon, 02 Mar 2026 23:00:00 +0000\nSubject: CVE-2026-0002\n\n---\n+++ b/x\n@@ CVE-2026-0009\n"
PATCHES = {
    "series": "more/CVE-2026-0003.patch\none.patch # why\n#off.patch\n",
    "one.patch": PATCH,
    "off.patch": PATCH.replace("2\n", "4\n"),
}
PATCHES["more/CVE-2026-0003.patch"] = "no header"
PATCHED = {"CVE-2026-0002": "2026-03-02", "CVE-2026-0003": "2026-01-01"}


@pytest.mark.parametrize(
    "data",
    [
        debian_tar(TEXT),
        debian_tar(TEXT, "jib-1.4/debian"),
        diff_gz("jib-1.4", TEXT),
        deb("libjib1", TEXT),
        deb("jib-tools", TEXT, native=True),
    ],
    ids=["debian.tar", "native", "diff", "deb", "native deb"],
)
def test_every_kind_of_package_has_one(data):
    assert fix_evidence_in(io.BytesIO(data)).changelog.strip() == TEXT.strip()


@pytest.mark.parametrize(
    "data",
    [debian_tar("no entries"), deb("x", ""), b"!<arch>\n", b"", b"!<arch>\n" + b"x" * 60, diff_gz("x", "")],
    ids=range(6),
)
def test_without_one_it_says_so(data):
    with pytest.raises(ValueError, match=r"changelog|ar archive|without data"):
        fix_evidence_in(io.BytesIO(data))


@pytest.mark.parametrize(
    "data", [debian_tar(TEXT, patches=PATCHES), diff_gz("jib-1.4", TEXT, PATCHES)], ids=["debian.tar", "diff"]
)
def test_applied_patches_of_a_source_package(data):
    assert fix_evidence_in(io.BytesIO(data)).patched == PATCHED


def test_a_series_of_the_vendor_goes_first():
    data = debian_tar(TEXT, patches={**PATCHES, "debian.series": "one.patch"})
    assert fix_evidence_in(io.BytesIO(data)).patched == {"CVE-2026-0002": "2026-03-02"}


def test_a_package_without_upstream_has_no_patches():
    assert fix_evidence_in(io.BytesIO(debian_tar(TEXT, "jib-1.4/debian", PATCHES))).patched == {}


def test_the_number_and_size_of_patches_are_bounded(monkeypatch):
    monkeypatch.setattr("careen.database.source_package.MAX_PATCHES", 2)
    many = {f"CVE-2026-000{number}.patch": "x" * (1 << 20) for number in range(5)}
    assert (
        fix_evidence_in(io.BytesIO(debian_tar(TEXT, patches={"a/series": "", **many, "series": "\n".join(many)}))).patched == {}
    )
