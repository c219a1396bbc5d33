import pytest

from careen.model.package import Source
from careen.sboms.purls import SBOM_FORMAT, read

LIST = b"""\
# made by hand
pkg:deb/debian/libssl3@3.0.11-1?arch=amd64&distro=bookworm&upstream=openssl%403.0.11

pkg:npm/%40scope/name@1.0
nonsense
"""


def test_a_list():
    found = read(LIST).inventory
    deb, npm = found.packages
    assert (deb.source, deb.distro, npm.name) == (Source("openssl", "3.0.11"), "debian-12", "@scope/name")
    assert [unknown.reason.partition(":")[0] for unknown in found.unknowns] == ["line 5"]
    assert (found.distribution.id, found.distribution.version) == ("debian", "12")


@pytest.mark.parametrize(
    ("text", "purl"),
    [
        ("pkg:golang/std@go1.20.1?type=module", "pkg:golang/stdlib@1.20.1"),
        ("pkg:golang/stdlib@v1.20.1", "pkg:golang/stdlib@v1.20.1"),
        ("pkg:golang/example.com/std@v1.0.0", "pkg:golang/example.com/std@v1.0.0"),
        ("pkg:deb/debian/vim@9.0-1?epoch=2", "pkg:deb/debian/vim@2:9.0-1"),
        ("pkg:deb/debian/vim@2%3A9.0-1?epoch=2", "pkg:deb/debian/vim@2:9.0-1"),
        ("pkg:deb/debian/vim@9.0-1?distro=sid", "pkg:deb/debian/vim@9.0-1?distro=debian-sid"),
    ],
)
def test_what_other_tools_write(text, purl):
    (package,) = read(f"{text}\n{purl}\n".encode()).inventory.packages
    assert package.purl == purl


def test_is_recognised_by_its_lines():
    assert SBOM_FORMAT.accepts(LIST)
    assert not SBOM_FORMAT.accepts(b'{"purl": "pkg:npm/a@1"}')


def test_what_names_no_package_is_refused():
    with pytest.raises(ValueError, match="line 1"):
        read(b"nonsense\n")
