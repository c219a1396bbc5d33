import pytest

from careen.formats.purl import Purl, parse


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("pkg:npm/%40babel/core@7.1.0", Purl("npm", "@babel", "core", "7.1.0")),
        ("pkg:npm/@babel/core@7.1.0", Purl("npm", "@babel", "core", "7.1.0")),
        ("pkg:npm/%40babel/core", Purl("npm", "@babel", "core")),
        ("pkg:PyPI/Flask_Login@1.0", Purl("pypi", None, "flask-login", "1.0")),
        ("pkg:golang/GitHub.com/x/Y@v1.2.3#a/../b", Purl("golang", "github.com/x", "y", "v1.2.3", {}, "a/b")),
        (
            "pkg:deb/Debian/zlib1g@1%3A1.2.13-1?arch=amd64&distro=debian-12&empty=",
            Purl("deb", "debian", "zlib1g", "1:1.2.13-1", {"arch": "amd64", "distro": "debian-12"}),
        ),
        (
            "pkg:oci/app@sha256:ab?repository_url=r.example/x/app",
            Purl("oci", None, "app", "sha256:ab", {"repository_url": "r.example/x/app"}),
        ),
        ("pkg://maven/org.x/y@1", Purl("maven", "org.x", "y", "1")),
        ("pkg:maven/org.x/y@1%2B2", Purl("maven", "org.x", "y", "1+2")),
    ],
)
def test_the_parts(text, parts):
    assert parse(text) == parts


@pytest.mark.parametrize("text", ["", "npm/x", "pkg:npm", "pkg:npm/", "pkg:n pm/x", "pkg:npm/x?=1", "pkg:" + "a/" * 3000])
def test_what_is_none(text):
    with pytest.raises(ValueError):
        parse(text)


def test_a_package_is_the_same_in_every_version():
    assert parse("pkg:npm/a@1").package == parse("pkg:npm/a?x=1").package != parse("pkg:npm/b").package
