import gzip
import io
import lzma

import pytest
from tests.support.images import make_layer

from careen.formats.packages.repositories import Index, Offer, indices_of, offers

SOURCES = """\
Types: deb deb-src
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/a.gpg

Types: deb
Enabled: no
URIs: http://off.example/debian
Suites: bookworm
Components: main
"""
PACKAGES = b"""\
Package: nginx
Version: 1.22.1-9+deb12u1
Depends: a,
 b
Description: Version: 9

Package: libssl3
Source: openssl (3.0.1-1)
Version: 3.0.1-1+b1

Package: without-version
"""
APKINDEX = b"C:Q1\nP:nginx\nV:1.26.2-r0\no:nginx\n\nP:libssl3\nV:3.3.1-r0\no:openssl\np:so:libssl.so.3=3\n"


def addresses(texts, architecture="amd64"):
    return [one.addresses[0] for one in indices_of(texts, architecture)]


def test_deb822():
    assert addresses({"etc/apt/sources.list.d/debian.sources": SOURCES}) == [
        f"http://mirror.example/debian/dists/{suite}/{component}/binary-amd64/Packages.xz"
        for suite in ("bookworm", "bookworm-updates")
        for component in ("main", "contrib")
    ]


def test_one_line_and_flat():
    text = "# deb http://no.example x main\ndeb [arch=amd64] https://a.example/u jammy main # c\ndeb http://f.example/r ./\n"
    text += "deb-src https://a.example/u jammy main\ndeb cdrom:[x]/ bookworm main\n"
    assert indices_of({"etc/apt/sources.list": text}, "arm64") == (
        Index("deb", tuple(f"https://a.example/u/dists/jammy/main/binary-arm64/Packages{end}" for end in (".xz", ".gz", ""))),
        Index("deb", tuple(f"http://f.example/r/Packages{end}" for end in (".xz", ".gz", ""))),
    )


def test_apk():
    text = "https://a.example/v3.20/main\n#https://a.example/v3.20/community\n@edge https://a.example/edge/main\n/media/cd\n"
    assert addresses({"etc/apk/repositories": text}, "arm64") == ["https://a.example/v3.20/main/aarch64/APKINDEX.tar.gz"]


@pytest.mark.parametrize("pack", [bytes, gzip.compress, lzma.compress])
def test_packages(pack):
    assert list(offers("deb", io.BytesIO(pack(PACKAGES)))) == [
        Offer("nginx", "1.22.1-9+deb12u1", "nginx", "1.22.1-9+deb12u1"),
        Offer("libssl3", "3.0.1-1+b1", "openssl", "3.0.1-1"),
    ]


def test_apkindex_behind_its_signature():
    signature = make_layer({".SIGN.RSA.a.pub": b"x"})[:1024]  # without the mark of an end, as apk writes it
    data = gzip.compress(signature) + gzip.compress(make_layer({"DESCRIPTION": b"v3", "APKINDEX": APKINDEX}))
    assert list(offers("apk", io.BytesIO(data))) == [
        Offer("nginx", "1.26.2-r0", "nginx", "1.26.2-r0"),
        Offer("libssl3", "3.3.1-r0", "openssl", "3.3.1-r0"),
    ]


def test_what_is_damaged_or_too_large(monkeypatch):
    with pytest.raises(ValueError, match="gzip"):
        list(offers("deb", io.BytesIO(gzip.compress(PACKAGES * 100)[:-40])))
    monkeypatch.setattr("careen.formats.packages.repositories.MAX_LINE", 1000)
    with pytest.raises(ValueError, match="does not end"):
        list(offers("deb", io.BytesIO(b"Package: " + b"a" * 1_000_000)))
    monkeypatch.setattr("careen.formats.packages.repositories.MAX_INFLATED_BYTES", 1000)
    with pytest.raises(ValueError, match="inflates"):
        list(offers("deb", io.BytesIO(gzip.compress(PACKAGES * 1000))))
