"""Release files and indices."""

import pytest
from tests.support.archive import Archive

from careen.formats.debian.archive import Index, Offer, packages, read_release, sources
from careen.signing.clearsigned import signed_text

RELEASE = f"""Origin: Debian
Suite: stable
Codename: bookworm
Date: Sun, 01 Mar 2026 10:00:00 UTC
Valid-Until: Sun, 08 Mar 2026 10:00:00 UTC
Components: updates/main updates/contrib
MD5Sum:
 d41d8cd98f00b204e9800998ecf8427e 0 main/source/Sources
SHA256:
 {"a" * 64} 12 main/source/Sources.xz
 {"b" * 64} 7 ../../etc/passwd
 {"c" * 64} x main/source/Sources
 zz 1 main/source/Sources
"""


def test_a_release_names_its_indices():
    release = read_release(RELEASE.encode())
    assert (release.codename, release.suite, release.components) == ("bookworm", "stable", ("main", "contrib"))
    assert (release.date, release.valid_until) == ("2026-03-01T10:00:00+00:00", "2026-03-08T10:00:00+00:00")
    assert release.indices == {"main/source/Sources.xz": Index("a" * 64, 12)}


@pytest.mark.parametrize(
    "text", ["", "Date: x\nSHA256:\n a\n", "Suite: x\n", "\0" * 100, RELEASE.replace("Sun, 01 Mar 2026", "")]
)
def test_other_text_is_refused(text):
    with pytest.raises(ValueError, match="Release"):
        read_release(text.encode())


def test_sources_name_the_file_with_the_changelog():
    archive = Archive()
    text = "\n".join(
        (
            archive.source("jib", "1:1.4-2", b"x"),
            archive.source("old", "1-1", b"yy", "diff.gz"),
            archive.source("native", "7", b"zzz", "tar.xz"),
            archive.source("none", "1", b"", "dsc"),
            "Package: escaping\nVersion: 1\nDirectory: ../..\nChecksums-Sha256:\n " + "a" * 64 + " 1 x.debian.tar.xz\n",
        )
    ).encode()
    found = dict(sources([text[:99], text[99:]]))
    assert {name: (one.version, one.path, one.size_bytes) for name, one in found.items()} == {
        "jib": ("1:1.4-2", "pool/jib/jib_1.4-2.debian.tar.xz", 1),
        "old": ("1-1", "pool/old/old_1-1.diff.gz", 2),
        "native": ("7", "pool/native/native_7.tar.xz", 3),
    }


def test_the_archive_of_upstream_is_not_the_package():
    digest = "a" * 64
    lines = f" {digest} 1 x_1.orig.tar.xz\n {digest} 1 x_1.orig.tar.xz.asc\n {digest} 2 x_1-1.debian.tar.xz"
    text = f"Package: x\nVersion: 1-1\nDirectory: pool/x\nChecksums-Sha256:\n{lines}\n"
    assert list(sources([text.encode()])) == [("x", Offer("1-1", "pool/x/x_1-1.debian.tar.xz", digest, 2))]


def test_packages_are_listed_under_their_source():
    archive = Archive()
    text = "\n".join((archive.binary("libjib1", "1.4-2+b1", b"x", "jib (1.4-2)"), archive.binary("spar", "3", b"y"))).encode()
    found = dict(packages([text]))
    assert found["jib"].version == "1.4-2"
    assert found["spar"].path == "pool/spar/spar_3_amd64.deb"


def test_a_paragraph_without_end_is_refused():
    with pytest.raises(ValueError, match="paragraph"):
        list(sources([b"x" * (5 << 20)] * 3))


def test_text_in_a_signature():
    signed = b"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\na: b\n- -----BEGIN\n-----BEGIN PGP SIGNATURE-----\n\nxyz\n"
    assert signed_text(signed) == b"a: b\n-----BEGIN"
    assert signed_text(b"a: b\n") == b"a: b\n"
    assert signed_text(b"") == b""
