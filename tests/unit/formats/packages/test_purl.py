import pytest

from careen.formats.packages.purl import Purl, parse

SAME = {
    "pkg:npm/@scope/name@1.0": "pkg:npm/%40scope/name@1.0",
    "pkg:PyPI/Some_Name@1.0": "pkg:pypi/some-name@1.0",
    "pkg://maven/org.example/thing@1+2": "pkg:maven/org.example/thing@1%2B2",
    "pkg:deb/debian/attr@1%3A2.4?distro=debian-12&Arch=amd64&empty=": "pkg:deb/debian/attr@1:2.4?arch=amd64&distro=debian-12",
    "pkg:golang/example.org/Module@v1#/a/./b/": "pkg:golang/example.org/Module@v1#a/b",
    "pkg:git/example.org/team/tool@abc": "pkg:git/example.org/team/tool@abc",
    "pkg:brew/node@20@20.1": "pkg:brew/node%4020@20.1",
    "pkg:generic/x?checksum=a,b": "pkg:generic/x?checksum=a%2Cb",
}


@pytest.mark.parametrize(("text", "canonical"), SAME.items())
def test_equal_packages_have_equal_text(text, canonical):
    assert str(parse(text)) == str(parse(canonical)) == canonical


def test_has_the_parts():
    found = parse("pkg:rpm/fedora/curl@7.50.3-1?arch=x86_64&epoch=1#doc")
    assert found == Purl("rpm", "fedora", "curl", "7.50.3-1", (("arch", "x86_64"), ("epoch", "1")), "doc")
    assert found.qualifier("distro", "arch") == "x86_64"
    assert found.qualifier("distro") is None


@pytest.mark.parametrize(
    "text",
    [
        "", "npm/a@1", "pkg:npm", "pkg:npm/", "pkg:/a", "pkg:3d/a", "pkg:n&m/a", "pkg:npm/@1", "pkg:npm/a?in valid=1",
        "pkg%3Anpm/a", "pkg:npm/%ff", "pkg:swift/Alamofire@5", "pkg:vcpkg/boost/asio@1", "pkg:julia/Dates@1",
        "pkg:cpan/LWP::UserAgent", "pkg:chrome-extension/abc", "pkg:npm/" + "a" * 10_000,
    ],
)  # fmt: skip
def test_other_text_is_refused(text):
    with pytest.raises(ValueError, match=r".+"):
        parse(text)
