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


def test_is_recognised_by_its_lines():
    assert SBOM_FORMAT.accepts(LIST)
    assert not SBOM_FORMAT.accepts(b'{"purl": "pkg:npm/a@1"}')


def test_what_names_no_package_is_refused():
    with pytest.raises(ValueError, match="line 1"):
        read(b"nonsense\n")
