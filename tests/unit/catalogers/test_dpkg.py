import pytest
from tests.support.reading import read_files

from careen.catalogers.dpkg import CATALOGER

STATUS = """\
Package: openssl
Status: install ok installed
Architecture: amd64
Version: 3.0.11-1
{second}

Package: bash
Status: install ok installed
Architecture: amd64
Version: 5.2.15-2
"""


@pytest.mark.parametrize(
    "second", ["Version: 9.9", "version: 9.9", "Version: 3.0.11-1", "Package: nothing", "Status: deinstall ok config-files"]
)
def test_a_field_that_dpkg_refuses_to_read_twice_is_reported(second: str) -> None:
    found = read_files(CATALOGER, {"var/lib/dpkg/status": STATUS.format(second=second).encode()})
    assert {(one.name, one.version) for one in found.packages} == {("openssl", "3.0.11-1"), ("bash", "5.2.15-2")}
    [unknown] = found.unknowns
    assert second.partition(":")[0] in unknown.reason
    assert not read_files(CATALOGER, {"var/lib/dpkg/status": STATUS.format(second="Section: x").encode()}).unknowns
